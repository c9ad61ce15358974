const PLAIN = /^[\w%+,./:@-][\w%+,./:=@-]*$/;

/** A word that a POSIX shell reads back as exactly this text. A NUL has no place in a shell word: it throws RangeError. */
export function quote(text: string): string {
  if (text.includes('\0')) throw new RangeError('a shell word holds no NUL byte');
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The same for a text that may hold the container's id, which reads better as `$id`. */
export function quoteWithId(text: string, id: string | undefined): string {
  if (id === undefined || !text.includes(id) || !PLAIN.test(text)) return quote(text);
  const [first, ...rest] = text.split(id);
  return `"${rest.reduce((word, part) => `${word}${/^\w/.test(part) ? '${id}' : '$id'}${part}`, first!)}"`;
}

/** Words of one command, quoted where needed. */
export function quoteWords(words: readonly string[]): string {
  return words.map(quote).join(' ');
}

/** `KEY=value` in the form that env(1) takes, with only the value in quotes. */
export function quoteAssignment(assignment: string): string {
  const equals = assignment.indexOf('=');
  const key = assignment.slice(0, equals + 1);
  return /^\w+=$/.test(key) && equals < assignment.length - 1
    ? key + quote(assignment.slice(equals + 1))
    : quote(assignment);
}

/** Arguments of printf(1) that make it write exactly these bytes. */
export function printfArguments(bytes: Uint8Array): string {
  const text = decode(bytes);
  if (text === undefined) return quote([...bytes].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join(''));
  if (text.endsWith('\n') && !text.startsWith('-')) return `'%s\\n' ${quote(text.slice(0, -1))}`;
  return `%s ${quote(text)}`;
}

/** The text of a comment: whatever is in it, it stays on its line. */
export function comment(text: string): string {
  return `# ${text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')}`;
}

/** A here-document without expansions that ends where it should, whatever its lines are. */
export function hereDocument(variable: string, lines: readonly string[]): readonly string[] {
  const taken = new Set(lines.flatMap((line) => line.split('\n')));
  let end = variable.toUpperCase();
  while (taken.has(end)) end += '_';
  return [`${variable}=$(cat <<'${end}'`, ...lines, end, ')'];
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}
