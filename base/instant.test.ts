import { expect, test } from 'bun:test';
import { parseInstant } from './instant.ts';

const NOW = Date.UTC(2026, 0, 2, 12);

test('durations count back from now', () => {
  expect(parseInstant('10m', NOW)).toBe(NOW - 600e3);
});

test('plain numbers are seconds since 1970', () => {
  expect(parseInstant('1700000000', NOW)).toBe(1700000000e3);
  expect(parseInstant('1700000000.5', NOW)).toBe(1700000000.5e3);
});

test('RFC 3339, whole and shortened', () => {
  expect(parseInstant('2026-01-02T03:04:05.25Z', NOW)).toBe(Date.UTC(2026, 0, 2, 3, 4, 5, 250));
  expect(parseInstant('2026-01-02T03:04:05+01:00', NOW)).toBe(Date.UTC(2026, 0, 2, 2, 4, 5));
  expect(parseInstant('2026-01-02T03Z', NOW)).toBe(Date.UTC(2026, 0, 2, 3));
  expect(parseInstant('2026-01-02', NOW)).toBe(new Date(2026, 0, 2).getTime());
});

test.each(['', 'yesterday', '2026-13-01', '2026-01-02 03:04', '1.2.3'])('%p is no instant', (text) => {
  expect(parseInstant(text, NOW)).toBeUndefined();
});
