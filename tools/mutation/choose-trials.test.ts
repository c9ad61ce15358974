import { expect, test } from 'bun:test';
import { planTrials, shuffle, trialsFor } from './choose-trials.ts';

const mutant = (id: number, path: string) => ({ id, path, start: id, end: id, text: '', line: 1, change: `${id}` });
const surveyed = (name: string, ms: number, reached: number[]) => ({ name, ms, calls: 1, reached });
const MUTANTS = [mutant(0, 'abi/a.ts'), mutant(1, 'abi/a.ts'), mutant(2, 'base/b.ts'), mutant(3, 'base/b.ts')];
const FILES = [
  { file: 'plan/p.test.ts', reachedOnLoad: [2], tests: [surveyed('p0', 100, [0, 1]), surveyed('p1', 600, [1])] },
  {
    file: 'abi/a.test.ts',
    reachedOnLoad: [],
    tests: [surveyed('a0', 10, [1]), { ...surveyed('a1', 1, [0, 3]), failure: 'no root' }, surveyed('a2', 5, [1])],
  },
];

test('a mutant is tried on the tests that pass it, near and quick ones first, as far as the time goes', () => {
  const whole = { file: 'plan/p.test.ts', onLoad: true, tests: [0, 1] };
  const part = { file: 'plan/p.test.ts', onLoad: false };
  const shown = planTrials(MUTANTS, FILES).map(({ id, files }) => ({
    id,
    files: files.map(({ file, onLoad, tests }) => ({ file, onLoad, tests })),
  }));
  expect(shown).toEqual([
    { id: 0, files: [{ ...part, tests: [0] }] },
    { id: 1, files: [{ file: 'abi/a.test.ts', onLoad: false, tests: [2, 0] }] },
    // What runs while the file is loaded may matter to each of its tests; 3 is passed by a test that fails anyway.
    { id: 2, files: [whole] },
  ]);
});

test('a seed gives one order, another seed another', () => {
  const many = Array.from({ length: 20 }, (_, id) => mutant(id, 'abi/a.ts'));
  const trials = many.map(({ id }) => ({ id, files: [] }));
  const order = (seed: string): number[] => shuffle(trials, many, seed).map(({ id }) => id);
  expect(order('x')).toEqual(order('x'));
  expect(order('x')).not.toEqual(order('y'));
  expect(order('x').toSorted((a, b) => a - b)).toEqual(many.map(({ id }) => id));
});

test('a test that has not failed gets the mutants that few others reach', () => {
  const trial = (id: number, ...tests: number[]) => ({ id, files: [{ file: 'f', onLoad: false, tests }] });
  const trials = [trial(0, 1, 2, 3), trial(1, 2), trial(2, 1, 2), trial(3, 3)];
  expect(trialsFor(new Set(['f 2']), trials, 2).map(({ id }) => id)).toEqual([1, 2]);
  expect(trialsFor(new Set(['f 1', 'f 2']), trials, 1).map(({ id }) => id)).toEqual([1, 2]);
  expect(trialsFor(new Set(), trials, 9)).toEqual([]);
});
