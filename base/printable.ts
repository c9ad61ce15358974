// Control characters, and the marks that turn the direction of writing around, for which terminals and readers act.
// Made at its first use: no start that goes well needs it.
let unprintable: RegExp | undefined;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function unprintables(): RegExp {
  return (unprintable ??= /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu);
}

/** A text from elsewhere as one line that no terminal obeys: control characters as `\n`, `\x1b`, `\u202e`. */
export function printable(text: string): string {
  return text.replace(unprintables(), shown);
}

/** As `printable`, of a text of several lines: these and tabs stay. */
export function printableLines(text: string): string {
  return text.replace(unprintables(), (character) =>
    character === '\n' || character === '\t' ? character : shown(character),
  );
}

/** JSON with all such characters as `\u202e`, of which JSON itself leaves most as they are. It says the same. */
export function printableJson(json: string): string {
  return json.replace(unprintables(), (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function shown(character: string): string {
  return NAMED[character] ?? escaped(character.charCodeAt(0));
}

function escaped(code: number): string {
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
