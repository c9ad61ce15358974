/**
 * Breaks the sources in thousands of small ways, one at a time, and tells which breaks no test notices, and which tests
 * notice none. Runs in a copy, in namespaces of its own: docs/testing.md.
 *   bun tools/mutate.ts [--minutes N] [--seed WORD] [--sample] [ROOM|FILE...]
 * `--sample` tries a sample only, for the score.
 */
import { mkdirSync } from 'node:fs';
import { planTrials, shuffle, trialsForTests } from './mutation/choose-trials.ts';
import type { Trial } from './mutation/drive.ts';
import { importersOf } from './mutation/importers.ts';
import { reportOf } from './mutation/report.ts';
import { runTrials, surveyTests, type Outcomes } from './mutation/run-trials.ts';
import { makeScratch, type Scratch } from './mutation/scratch.ts';
import { ROOMS } from './rooms.ts';
import { ROOT } from './test-stage.ts';

/** Tests outside of the rooms that call their code in the same process, and need no more than the sandbox has. */
const FURTHER_TESTS = ['tests/golden/plans.test.ts', 'tests/golden/check-plan.test.ts'];
const REPORT = `${ROOT}build/mutation.txt`;

/** As the copy has them: the checkout may go on changing. */
function testFiles(root: string): string[] {
  const rooms = [...new Bun.Glob(`{${Object.keys(ROOMS).join(',')}}/**/*.test.ts`).scanSync(root)];
  return [...rooms.toSorted(), ...FURTHER_TESTS];
}

interface Wishes {
  readonly deadline: number;
  readonly seed: string;
  readonly sampleOnly: boolean;
}

/** For half of the time tries what shows that each test can fail, then all mutants in the seed's order. */
async function mutate({ root, mutants }: Scratch, tests: readonly string[], { deadline, seed, sampleOnly }: Wishes) {
  const surveyed = await surveyTests(root, mutants.length, tests);
  const trials = planTrials(mutants, surveyed);
  const outcomes: Outcomes = { killedBy: new Map(), seenToFail: new Set() };
  const run = (list: readonly Trial[], until: number): Promise<void> =>
    runTrials(root, mutants.length, surveyed, list, until, outcomes);
  if (!sampleOnly) await run(trialsForTests(surveyed, mutants), (Date.now() + deadline) / 2);
  await run(shuffle(trials, mutants, seed), deadline);
  return reportOf(mutants, surveyed, trials, outcomes);
}

const words = process.argv.slice(2);
const option = (name: string, otherwise: string): string => {
  const at = words.indexOf(name);
  return at === -1 ? otherwise : words.splice(at, 2)[1]!;
};
const deadline = Date.now() + Number(option('--minutes', '60')) * 60_000;
const seed = option('--seed', 'limpid');
const sampleOnly = words.includes('--sample');
const named = words.filter((word) => !word.startsWith('--'));
const wanted = named.length > 0 ? named : Object.keys(ROOMS);
const isWanted = (path: string): boolean => wanted.some((name) => path === name || path.startsWith(`${name}/`));
const scratch = await makeScratch(isWanted);
try {
  const tests = await importersOf(scratch.root, testFiles(scratch.root), isWanted);
  const { text, details } = await mutate(scratch, tests, { deadline, seed, sampleOnly });
  mkdirSync(`${ROOT}build`, { recursive: true });
  await Bun.write(REPORT, details);
  console.log(`${text}\nThe seed was "${seed}". Each survivor and each test that never failed: build/mutation.txt`);
} finally {
  scratch.remove();
}
