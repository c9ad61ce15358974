import { expect, test } from 'bun:test';
import { goTime } from './go-time.ts';

test.each([
  ['2026-01-02T03:04:05Z', '2026-01-02 03:04:05 +0000 UTC'],
  ['2026-01-02T03:04:05.678Z', '2026-01-02 03:04:05.678 +0000 UTC'],
  ['2026-01-02T03:04:50.600Z', '2026-01-02 03:04:50.6 +0000 UTC'],
  ['2026-01-02T03:04:50.000Z', '2026-01-02 03:04:50 +0000 UTC'],
])('%s', (instant, text) => {
  expect(goTime(instant)).toBe(text);
});
