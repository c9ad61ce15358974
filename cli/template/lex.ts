import { parseError, type Source } from './template-error.ts';

export type TokenKind =
  | 'text'
  | 'open'
  | 'close'
  | 'field'
  | 'dot'
  | 'variable'
  | 'word'
  | 'string'
  | 'number'
  | 'sign';

export interface Token {
  readonly kind: TokenKind;
  /** A text with its escapes read, a string's value, or what stands in the source. */
  readonly text: string;
  readonly offset: number;
  /** Whether a space stands before it: `.A .B` are two operands, `.A.B` is one. */
  readonly spaced: boolean;
}

const ACTION_TOKENS: readonly (readonly [TokenKind, RegExp])[] = [
  ['field', /\.[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['variable', /\$(?:[\p{L}_][\p{L}\p{Nd}_]*)?/uy],
  ['number', /[+-]?(?:0[xX][\da-fA-F_]+|0[bB][01_]+|0[oO][0-7_]+|(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/y],
  ['dot', /\./y],
  ['word', /[\p{L}_][\p{L}\p{Nd}_]*/uy],
  ['string', /"(?:[^"\\\n]|\\[^\n])*"|`[^`]*`/y],
  ['number', /'(?:[^'\\\n]|\\.)'/uy],
  ['sign', /:=|[=|(),]/y],
];

/** The tokens of a template: texts, and between `open` and `close` those of an action. Throws ETEMPLATE. */
export function lexTemplate(source: Source): Token[] {
  const tokens: Token[] = [];
  const { text } = source;
  let offset = 0;
  let trimNext = false;
  while (offset < text.length) {
    const open = text.indexOf('{{', offset);
    const end = open === -1 ? text.length : open;
    const trimBefore = open !== -1 && /^-\s/.test(text.slice(open + 2, open + 4));
    pushText(tokens, text.slice(offset, end), offset, trimNext, trimBefore);
    if (open === -1) break;
    const closed = lexAction(source, tokens, open, open + (trimBefore ? 3 : 2));
    ({ offset, trimNext } = closed);
  }
  return tokens;
}

function pushText(tokens: Token[], raw: string, offset: number, trimStart: boolean, trimEnd: boolean): void {
  // Shells hand `\t` and `\n` on as they are; docker and podman read them here.
  let text = raw.replaceAll(/\\([tn])/g, (_, letter) => (letter === 't' ? '\t' : '\n'));
  if (trimStart) text = text.trimStart();
  if (trimEnd) text = text.trimEnd();
  if (text !== '') tokens.push({ kind: 'text', text, offset, spaced: false });
}

interface Closed {
  readonly offset: number;
  readonly trimNext: boolean;
}

function lexAction(source: Source, tokens: Token[], open: number, start: number): Closed {
  const comment = lexComment(source, open, start);
  if (comment !== undefined) return comment;
  tokens.push({ kind: 'open', text: '{{', offset: open, spaced: false });
  let offset = start;
  for (;;) {
    const space = /\s*/y;
    space.lastIndex = offset;
    const spaced = (space.exec(source.text)?.[0] ?? '') !== '';
    offset = space.lastIndex;
    const close = closeAt(source.text, offset, spaced);
    if (close !== undefined) {
      tokens.push({ kind: 'close', text: '}}', offset, spaced });
      return close;
    }
    const token = lexToken(source, offset, spaced, open);
    tokens.push(token);
    offset += token.text.length;
  }
}

function closeAt(text: string, offset: number, spaced: boolean): Closed | undefined {
  if (text.startsWith('}}', offset)) return { offset: offset + 2, trimNext: false };
  if (spaced && text.startsWith('-}}', offset)) return { offset: offset + 3, trimNext: true };
  return undefined;
}

function lexComment(source: Source, open: number, start: number): Closed | undefined {
  const { text } = source;
  const begin = start + (/^\s*/.exec(text.slice(start))?.[0].length ?? 0);
  if (!text.startsWith('/*', begin)) return undefined;
  const end = text.indexOf('*/', begin + 2);
  if (end === -1) throw parseError(source, open, 'unclosed comment');
  const rest = /^(?:\}\}|\s+-\}\})/.exec(text.slice(end + 2));
  if (rest === null) throw parseError(source, open, 'comment ends before closing delimiter');
  return { offset: end + 2 + rest[0].length, trimNext: rest[0].includes('-') };
}

function lexToken(source: Source, offset: number, spaced: boolean, open: number): Token {
  if (offset >= source.text.length) throw parseError(source, open, 'unclosed action');
  for (const [kind, pattern] of ACTION_TOKENS) {
    pattern.lastIndex = offset;
    const match = pattern.exec(source.text);
    if (match !== null && match[0] !== '') return { kind, text: match[0], offset, spaced };
  }
  const letter = String.fromCodePoint(source.text.codePointAt(offset)!);
  if (letter === '"' || letter === "'" || letter === '`')
    throw parseError(source, offset, 'unterminated quoted string');
  const code = letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0');
  throw parseError(source, offset, `unexpected bad character U+${code} '${letter}' in command`);
}
