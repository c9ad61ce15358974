import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { comment, hereDocument, printfArguments, quote, quoteAssignment, quoteWithId } from './quote.ts';

/** What a real shell makes of a script, byte for byte. */
function runShell(script: string): Uint8Array {
  const { stdout, exitCode, stderr } = Bun.spawnSync(['sh', '-euc', script], { env: {} });
  if (exitCode !== 0) throw new Error(`${exitCode}: ${stderr}`);
  return new Uint8Array(stdout);
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const TRICKY = [
  "'",
  '"',
  '\\',
  '$',
  '`',
  '\n',
  ' ',
  '!',
  '*',
  '~',
  '-',
  '=',
  '#',
  ';',
  '&',
  '%',
  '\t',
  '\\n',
  '$(id)',
  'é',
  '\u{1f40b}',
  '\x7f',
  '\x01',
];
/** Ordinary and tricky strings in one argument; NUL cannot be in a plan's text, lone surrogates not in UTF-8. */
const text = fc
  .array(fc.oneof(fc.constantFrom(...TRICKY), fc.string({ unit: 'grapheme', maxLength: 6 })), { maxLength: 12 })
  .map((parts) => parts.join('').replaceAll('\0', ''));
const ID = '4f5e6d7c8b9a00112233445566778899aabbccddeeff00112233445566778899';
const RUNS = { numRuns: 60 };

describe('a shell reads back what was written', () => {
  test('quote: many words of one command', () => {
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), (words) => {
        const script = `printf '%s\\0' ${words.map(quote).join(' ')}`;
        expect(runShell(script)).toEqual(bytesOf(words.map((word) => `${word}\0`).join('')));
      }),
      RUNS,
    );
  });

  test('quoteWithId', () => {
    const part = fc.oneof(text, fc.constantFrom('/limpid-', '/x', '_', 'a', '.'));
    fc.assert(
      fc.property(part, part, (before, after) => {
        const word = `${before}${ID}${after}`;
        expect(runShell(`id=${ID}; printf %s ${quoteWithId(word, ID).replace(/^-/, '-- -')}`)).toEqual(bytesOf(word));
      }),
      RUNS,
    );
  });

  test('printfArguments: any bytes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), text.map(bytesOf)), (bytes) => {
        expect(runShell(`printf ${printfArguments(bytes)}`)).toEqual(new Uint8Array(bytes));
      }),
      RUNS,
    );
  });

  test('quoteAssignment: the environment of a program', () => {
    fc.assert(
      fc.property(fc.constantFrom('A', 'a_1', '1x', 'with space', 'a.b', '$x', "it's"), text, (name, value) => {
        expect(runShell(`exec env -i ${quoteAssignment(`${name}=${value}`)} env -0`)).toEqual(
          bytesOf(`${name}=${value}\0`),
        );
      }),
      RUNS,
    );
  });

  test('hereDocument: lines that look like its end, quotes and expansions', () => {
    const line = fc.oneof(text, fc.constantFrom('CHILD_1', 'CHILD_1_', ')', '$(', '`', "'", 'case x in'));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 8 }), (lines) => {
        const script = [...hereDocument('child_1', [...lines, 'end']), 'printf %s "$child_1"'].join('\n');
        expect(runShell(script)).toEqual(bytesOf([...lines, 'end'].join('\n')));
      }),
      RUNS,
    );
  });

  test('comment: one line, whatever is in it', () => {
    fc.assert(
      fc.property(text, (words) => {
        expect(runShell(`${comment(`${words}\necho leaked`)}\nprintf end`)).toEqual(bytesOf('end'));
      }),
      RUNS,
    );
  });
});

test('plain words stay plain', () => {
  expect(['/a/b', 'x=1', '=x', '', 'a b', "it's", '~', '-o', '%d'].map(quote)).toEqual([
    '/a/b',
    'x=1',
    "'=x'",
    "''",
    "'a b'",
    `'it'\\''s'`,
    "'~'",
    '-o',
    '%d',
  ]);
});

test('a NUL is refused', () => {
  expect(() => quote('a\0b')).toThrow(new RangeError('a shell word holds no NUL byte'));
});

test('printf takes no data for a format', () => {
  expect(printfArguments(bytesOf('100%\n'))).toBe("'%s\\n' 100%");
  expect(printfArguments(bytesOf('-n'))).toBe('%s -n');
  expect(printfArguments(new Uint8Array([0, 255, 65]))).toBe(`'\\000\\377\\101'`);
});
