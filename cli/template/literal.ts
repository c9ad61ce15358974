const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"',
}; // prettier-ignore

/** The value of a Go string literal, with its quotation marks, or undefined where an escape is none of Go's. */
export function unquote(literal: string): string | undefined {
  const inside = literal.slice(1, -1);
  if (literal.startsWith('`')) return inside;
  let failed = false;
  const value = inside.replaceAll(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3})|(.))/gsu,
    (_, x, u, U, octal, letter) => {
      const hex = x ?? u ?? U;
      const code = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16);
      if (!Number.isNaN(code) && code <= 0x10ffff) return String.fromCodePoint(code);
      const escape = letter === undefined ? undefined : ESCAPES[letter];
      failed ||= escape === undefined;
      return escape ?? '';
    },
  );
  return failed ? undefined : value;
}

/** The value of a Go number or character literal. */
export function parseNumber(literal: string): number | undefined {
  if (literal.startsWith("'")) return unquote(literal)?.codePointAt(0);
  const sign = literal.startsWith('-') ? -1 : 1;
  const digits = literal.replace(/^[+-]/, '').replaceAll('_', '');
  const value = Number(/^0\d+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return Number.isNaN(value) ? undefined : sign * value;
}
