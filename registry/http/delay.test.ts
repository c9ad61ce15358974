import { expect, test } from 'bun:test';
import { delayBefore, isTransient } from './delay.ts';

const PACING = { firstDelayMs: 100, longestDelayMs: 1000 };
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

test('delays double, a little at random, up to the longest', () => {
  expect([2, 3, 4, 9].map((next) => delayBefore(next, null, PACING, NOW, 0.5))).toEqual([100, 200, 400, 1000]);
  expect(delayBefore(2, null, PACING, NOW, 0)).toBe(75);
  expect(delayBefore(2, null, PACING, NOW, 1)).toBe(125);
});

test.each([
  ['0', 0],
  ['1', 1000],
  ['2', undefined],
  ['Fri, 02 Jan 2026 03:04:06 GMT', 1000],
  ['Fri, 02 Jan 2026 03:04:00 GMT', 0],
  ['soon', 100],
])('Retry-After: %s', (header, ms) => {
  expect(delayBefore(2, header, PACING, NOW, 0.5)).toBe(ms);
});

test('statuses that pass', () => {
  expect([200, 400, 401, 403, 404, 408, 429, 500, 501, 503].filter(isTransient)).toEqual([408, 429, 500, 503]);
});
