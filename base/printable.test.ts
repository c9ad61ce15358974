import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { formatTable } from './table.ts';
import { LimpidError } from './error.ts';
import { printable } from './printable.ts';

test('control characters are shown, not obeyed', () => {
  expect(printable('a\nb\r\tc\x1b]0;title\x07\x7f\x9b\u202e')).toBe('a\\nb\\r\\tc\\x1b]0;title\\x07\\x7f\\x9b\\u202e');
  expect(printable('näme 名 👍')).toBe('näme 名 👍');
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
