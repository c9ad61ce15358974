import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { suggest, typingDistance } from './suggest.ts';

test.each([
  ['', '', 0],
  ['a', '', 1],
  ['memroy', 'memory', 1],
  ['kitten', 'sitting', 3],
  ['ca', 'abc', 3],
])('from %p to %p are %p slips', (a, b, slips) => {
  expect(typingDistance(a, b)).toBe(slips);
});

test('law: the distance is symmetric and at most the longer length', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(typingDistance(a, b)).toBe(typingDistance(b, a));
      expect(typingDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
    }),
  );
});

test('suggests the nearest, the only completion, or nothing', () => {
  expect(suggest('runn', ['run', 'rm', 'restart'])).toBe('run');
  expect(suggest('inter', ['interactive', 'init'])).toBe('interactive');
  expect(suggest('memory-s', ['memory-swap', 'memory-swappiness'])).toBeUndefined();
  expect(suggest('xyz', ['run', 'rm'])).toBeUndefined();
});
