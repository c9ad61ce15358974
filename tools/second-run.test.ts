import { expect, test } from 'bun:test';
import type { TestOutcome } from './junit.ts';
import { filesToRepeat, replaceOutcomes, tellUnsteady } from './second-run.ts';

const outcome = (file: string, name: string, failed?: string): TestOutcome => ({
  file,
  name,
  outcome: failed === undefined ? 'passed' : 'failed',
  message: failed ?? '',
  seconds: 0,
});

const FIRST = [outcome('a', 'one', 'late\nat a:1'), outcome('a', 'two', 'wrong'), outcome('b', 'three')];

test('a file runs again once, however many of its tests failed', () => {
  expect(filesToRepeat(FIRST)).toEqual(['a']);
  expect(filesToRepeat([FIRST[2]!])).toEqual([]);
});

test('the second run counts for the files that ran again, the first for the others', () => {
  const second = [outcome('a', 'one'), outcome('a', 'two', 'wrong')];
  expect(replaceOutcomes(FIRST, ['a'], second)).toEqual([FIRST[2]!, ...second]);
});

test('what failed and then passed is told with what it had said; what failed twice is not told here', () => {
  expect(tellUnsteady(FIRST, [outcome('a', 'one'), outcome('a', 'two', 'wrong')])).toEqual([
    'UNSTEADY, failed and then passed alone: a: one',
    'late',
    'at a:1',
  ]);
});

test('a file that did not load the second time leaves nothing to count', () => {
  expect(replaceOutcomes(FIRST, ['a'], [])).toEqual([FIRST[2]!]);
});
