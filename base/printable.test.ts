import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { formatTable } from './table.ts';
import { LimpidError } from './error.ts';
import { printable, printableJson, printableLines } from './printable.ts';

test('control characters are shown, not obeyed', () => {
  expect(printable('a\nb\r\tc\x1b]0;title\x07\x7f\x9b\u202e')).toBe('a\\nb\\r\\tc\\x1b]0;title\\x07\\x7f\\x9b\\u202e');
  expect(printable('näme 名 👍')).toBe('näme 名 👍');
});

test('lines and tabs of a longer text stay', () => {
  expect(printableLines('a\nb\r\tc\x1b[2J\x9b\u202e')).toBe('a\nb\\r\tc\\x1b[2J\\x9b\\u202e');
});

test('law: printable JSON says the same, without a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const json = printableJson(JSON.stringify([text], null, 2));
      expect(JSON.parse(json)).toEqual([text]);
      expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
    }),
  );
});

test('law: an error and a row of a table are one line without control characters', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const { message } = new LimpidError({ code: 'E', doing: 'use', subject: `"${text}"`, why: text, hint: text });
      expect(message).not.toMatch(/\p{Cc}/u);
      expect(formatTable([[text, text]]).slice(0, -1)).not.toMatch(/\p{Cc}/u);
    }),
  );
});
