import { expect, test } from 'bun:test';
import { formatBinarySize, formatDecimalSize, parseSize } from './size.ts';

test.each([
  ['0', 0],
  ['32', 32],
  ['32b', 32],
  ['32B', 32],
  ['32k', 32768],
  ['32 kb', 32768],
  ['32Kib', 32768],
  ['32.5kB', 33280],
  ['.5k', 512],
  ['128m', 134217728],
  ['1g', 1073741824],
  ['2T', 2199023255552],
])('parseSize(%p) is %p', (text, bytes) => {
  expect(parseSize(text)).toBe(bytes);
});

test.each(['', 'hello', '-32', '1x', ' 32', '32 ', '32  k', '1.2.3k', '32i', '9007199254740993', '1e3', '.'])(
  'parseSize(%p) is no size',
  (text) => {
    expect(parseSize(text)).toBeUndefined();
  },
);

test('sizes print with four digits', () => {
  expect(formatDecimalSize(0)).toBe('0B');
  expect(formatDecimalSize(1000)).toBe('1kB');
  expect(formatDecimalSize(1024)).toBe('1.024kB');
  expect(formatDecimalSize(2746000)).toBe('2.746MB');
  expect(formatDecimalSize(999999)).toBe('1000kB');
  expect(formatBinarySize(134217728)).toBe('128MiB');
  expect(formatBinarySize(1536)).toBe('1.5KiB');
});
