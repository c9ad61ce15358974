/**
 * Breaks the sources in thousands of small ways, one at a time, and tells which breaks no test notices, and which tests
 * notice none. Runs in a copy, in namespaces of its own: docs/testing.md.
 *   bun tools/mutate.ts [--minutes N] [--seed WORD] [ROOM|FILE...]
 */
import { mkdirSync } from 'node:fs';
import { planTrials, shuffle, trialsFor } from './mutation/choose-trials.ts';
import { importersOf } from './mutation/importers.ts';
import { reportOf } from './mutation/report.ts';
import { runTrials, surveyTests, type Outcomes } from './mutation/run-trials.ts';
import { makeScratch, type Scratch } from './mutation/scratch.ts';
import { ROOMS } from './rooms.ts';
import { ROOT } from './test-stage.ts';

/** Tests outside of the rooms that call their code in the same process, and need no more than the sandbox has. */
const FURTHER_TESTS = ['tests/golden/plans.test.ts', 'tests/golden/check-plan.test.ts'];
/** Part of the time that is kept for tests that have not failed after the sample. */
const KEPT_FOR_TESTS = 0.25;
/** As many mutants are tried for such a test. */
const MOST_FOR_A_TEST = 12;
const REPORT = `${ROOT}build/mutation.txt`;

function testFiles(): string[] {
  const rooms = [...new Bun.Glob(`{${Object.keys(ROOMS).join(',')}}/**/*.test.ts`).scanSync(ROOT)];
  return [...rooms.toSorted(), ...FURTHER_TESTS];
}

/** Tries a sample in the seed's order, then what the tests are about that failed on nothing of it. */
async function mutate({ root, mutants }: Scratch, tests: readonly string[], deadline: number, seed: string) {
  const surveyed = await surveyTests(root, mutants.length, tests);
  const trials = planTrials(mutants, surveyed);
  const outcomes: Outcomes = { killedBy: new Map(), seenToFail: new Set() };
  const sampleEnd = deadline - (deadline - Date.now()) * KEPT_FOR_TESTS;
  await runTrials(root, mutants.length, surveyed, shuffle(trials, mutants, seed), sampleEnd, outcomes);
  const names = surveyed.flatMap(({ file, tests }) => tests.map((_, at) => `${file} ${at}`));
  const unseen = new Set(names.filter((test) => !outcomes.seenToFail.has(test)));
  const untried = trials.filter(({ id }) => !outcomes.killedBy.has(id));
  await runTrials(root, mutants.length, surveyed, trialsFor(unseen, untried, MOST_FOR_A_TEST), deadline, outcomes);
  return reportOf(mutants, surveyed, trials, outcomes);
}

const words = process.argv.slice(2);
const option = (name: string, otherwise: string): string => {
  const at = words.indexOf(name);
  return at === -1 ? otherwise : words.splice(at, 2)[1]!;
};
const deadline = Date.now() + Number(option('--minutes', '60')) * 60_000;
const seed = option('--seed', 'limpid');
const wanted = words.length > 0 ? words : Object.keys(ROOMS);
const isWanted = (path: string): boolean => wanted.some((name) => path === name || path.startsWith(`${name}/`));
const scratch = await makeScratch(isWanted);
try {
  const tests = await importersOf(ROOT, testFiles(), isWanted);
  const { text, details } = await mutate(scratch, tests, deadline, seed);
  mkdirSync(`${ROOT}build`, { recursive: true });
  await Bun.write(REPORT, details);
  console.log(`${text}\nThe seed was "${seed}". Each survivor and each test that never failed: build/mutation.txt`);
} finally {
  scratch.remove();
}
