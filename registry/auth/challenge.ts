/** One way to authorize that a `WWW-Authenticate` header offers. */
export interface Challenge {
  /** Lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = /^[\w!#$%&'*+.^`|~-]+/;
const QUOTED = /^"((?:[^"\\]|\\.)*)"/;
const SEPARATORS = /^[\s,]+/;

/** Reads a `WWW-Authenticate` header, or several joined by commas (RFC 9110, 11.6.1). What cannot be read ends it. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  let rest = header.slice(0, 8192);
  for (;;) {
    rest = rest.replace(SEPARATORS, '');
    const word = TOKEN.exec(rest)?.[0];
    if (word === undefined) return challenges;
    rest = rest.slice(word.length);
    const value = /^\s*=\s*/.exec(rest);
    const current = challenges.at(-1);
    if (value === null) challenges.push({ scheme: word.toLowerCase(), parameters: {} });
    else if (current === undefined) return challenges;
    else {
      rest = rest.slice(value[0].length);
      const quoted = QUOTED.exec(rest);
      const text = quoted === null ? TOKEN.exec(rest)?.[0] : quoted[1]!.replace(/\\(.)/g, '$1');
      if (text === undefined) return challenges;
      rest = rest.slice(quoted === null ? text.length : quoted[0].length);
      if (!Object.hasOwn(current.parameters, word.toLowerCase())) setOwn(current.parameters, word.toLowerCase(), text);
    }
  }
}

// `__proto__` from a header must be a name like another.
function setOwn(record: Record<string, string>, name: string, value: string): void {
  Object.defineProperty(record, name, { value, enumerable: true, configurable: true, writable: true });
}
