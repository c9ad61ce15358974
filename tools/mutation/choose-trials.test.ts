import { expect, test } from 'bun:test';
import { planTrials, shuffle, trialsForTests } from './choose-trials.ts';

const mutant = (id: number, path: string) => ({ id, path, start: id, end: id, text: '', line: 1, change: `${id}` });
const surveyed = (name: string, ms: number, reached: number[]) => ({ name, ms, calls: 1, reached });
const MUTANTS = [mutant(0, 'abi/a.ts'), mutant(1, 'abi/a.ts'), mutant(2, 'base/b.ts'), mutant(3, 'base/b.ts')];
const FILES = [
  { file: 'plan/p.test.ts', reachedOnLoad: [2], tests: [surveyed('p0', 100, [0, 1]), surveyed('p1', 2000, [1])] },
  {
    file: 'abi/a.test.ts',
    reachedOnLoad: [],
    tests: [surveyed('a0', 10, [1]), { ...surveyed('a1', 1, [0, 3]), failure: 'no root' }, surveyed('a2', 5, [1])],
  },
];

test('a mutant is tried on the tests that pass it, near and quick ones first, as far as the time goes', () => {
  const whole = { file: 'plan/p.test.ts', onLoad: true, tests: [0, 1] };
  const part = { file: 'plan/p.test.ts', onLoad: false };
  const shown = planTrials(MUTANTS, FILES).map(({ id, files, isPartial }) => ({
    ...{ id, isPartial },
    files: files.map(({ file, onLoad, tests }) => ({ file, onLoad, tests })),
  }));
  expect(shown).toEqual([
    { id: 0, isPartial: undefined, files: [{ ...part, tests: [0] }] },
    {
      id: 1,
      isPartial: true,
      files: [
        { file: 'abi/a.test.ts', onLoad: false, tests: [2, 0] },
        { ...part, tests: [0] },
      ],
    },
    // What runs while the file is loaded may matter to each of its tests; 3 is passed by a test that fails anyway.
    { id: 2, isPartial: undefined, files: [whole] },
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

test('to fail, a test gets what it is about, and what runs while its own sources are loaded', () => {
  const file = (name: string, reachedOnLoad: number[], ...reached: number[][]) => ({
    file: name,
    reachedOnLoad,
    tests: reached.map((ids, at) => surveyed(`t${at}`, 1, ids)),
  });
  const files = [file('abi/a.test.ts', [1, 2], [0, 1], [1, 2]), FILES[1]!, file('base/b.test.ts', [], [3])];
  const shown = trialsForTests(files, MUTANTS).map(({ id, files }) => [id, ...files.map(({ tests }) => tests)]);
  expect(shown).toEqual([
    ...[
      [0, [0]],
      [1, [0, 1]],
      [1, [0, 1]],
    ],
    [1, [0, 2]],
    [3, [0]],
  ]);
});
