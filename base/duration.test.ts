import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { describeDuration, formatDuration, parseDuration } from './duration.ts';

test.each([
  ['0', 0],
  ['250ms', 250],
  ['1.5s', 1500],
  ['1h2m3s', 3723000],
  ['-2s', -2000],
  ['+5m', 300000],
  ['3us', 0.003],
  ['1m0.5s', 60500],
])('parseDuration(%p) is %p ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test.each(['', '5', '1d', 's', '1 s', '1h-2m', '.s', '--1s', 'five'])('parseDuration(%p) is none', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('formatDuration prints as Go', () => {
  expect(formatDuration(0)).toBe('0s');
  expect(formatDuration(3723000)).toBe('1h2m3s');
  expect(formatDuration(60500)).toBe('1m0.5s');
  expect(formatDuration(250)).toBe('250ms');
  expect(formatDuration(0.003)).toBe('3µs');
  expect(formatDuration(-1500)).toBe('-1.5s');
});

test('parse and format of whole milliseconds are inverse', () => {
  fc.assert(fc.property(fc.integer({ min: -1e12, max: 1e12 }), (ms) => parseDuration(formatDuration(ms)) === ms));
});

test.each([
  [0, 'Less than a second'],
  [1000, '1 second'],
  [45e3, '45 seconds'],
  [60e3, 'About a minute'],
  [180e3, '3 minutes'],
  [3599e3, '59 minutes'],
  [3600e3, 'About an hour'],
  [47 * 3600e3, '47 hours'],
  [48 * 3600e3, '2 days'],
  [13 * 86400e3, '13 days'],
  [14 * 86400e3, '2 weeks'],
  [60 * 86400e3, '2 months'],
  [730 * 86400e3, '2 years'],
])('describeDuration(%p) is %p', (ms, text) => {
  expect(describeDuration(ms)).toBe(text);
});
