import { guestKernel } from '../tests/guest/kernel.ts';
import type { GuestTests } from './guest-tests.ts';
import type { TestOutcome } from './junit.ts';
import { filesToRepeat, replaceOutcomes, tellUnsteady } from './second-run.ts';
import { emptyLogs, readOutcomes, run, tally, type StageResult } from './test-stage.ts';

// Some times what they take while the machine does nothing else.
const FILE_SECONDS = 900;
const GUEST_SECONDS = 2400;
/** One for each core: emulation keeps each of them busy. */
const GUESTS = 2;

// One runner a file: what hangs or crashes costs no more than itself.
const SCRIPT = `while [ $# -gt 0 ]; do
  timeout --kill-after=5 ${FILE_SECONDS} bun test --only-failures --timeout=600000 --test-name-pattern="$2" \\
    --reporter=junit --reporter-outfile="$GUEST_OUT/$(basename "$1").xml" "./$1"
  shift 2
done`;

/** What the runner compares names with. */
function pattern({ only, except = [] }: GuestTests): string {
  return only?.join('|') ?? (except.length === 0 ? '.' : `^(?!.*(?:${except.join('|')}))`);
}

type GuestWorld = 'v1' | 'v2' | 'systemd';

const OPTIONS: Readonly<Record<GuestWorld, readonly string[]>> = {
  v1: ['v1'],
  v2: ['v2'],
  systemd: ['v2', '--systemd'],
};

/** Runs test files in guests with the given cgroups, spread over a few of them at once. */
export async function runGuestTests(world: GuestWorld, files: readonly GuestTests[]): Promise<StageResult> {
  const directory = emptyLogs(`guest ${world}`);
  const shares = spread(files).filter((share) => share.length > 0);
  // Fetched before there are several who would.
  await guestKernel();
  const runs = await Promise.all(shares.map((share) => runShare(world, share, directory)));
  const outcomes = await outcomesIn(files, directory);
  const failed = filesToRepeat(outcomes);
  const repeated = files.filter(({ file }) => failed.includes(file));
  if (repeated.length === 0) return tallyRuns(world, outcomes, runs);
  const again = emptyLogs(`guest ${world} again`);
  const second = await runShare(world, repeated, again);
  const secondOutcomes = await outcomesIn(repeated, again);
  const result = tallyRuns(world, replaceOutcomes(outcomes, failed, secondOutcomes), [second]);
  return { ...result, trouble: [...tellUnsteady(outcomes, secondOutcomes), ...result.trouble] };
}

async function outcomesIn(files: readonly GuestTests[], directory: string): Promise<TestOutcome[]> {
  return (await Promise.all(files.map((file) => outcomesOf(file, directory)))).flat();
}

function tallyRuns(
  world: GuestWorld,
  outcomes: readonly TestOutcome[],
  runs: readonly { readonly code: number; readonly output: string }[],
): StageResult {
  const output = runs.map((one) => one.output).join('\n');
  return tally(`guest-${world}`, outcomes, Math.max(...runs.map(({ code }) => code)), output);
}

async function runShare(world: GuestWorld, share: readonly GuestTests[], directory: string) {
  const words = share.flatMap((tests) => [tests.file, pattern(tests)]);
  const options = ['--timeout', `${GUEST_SECONDS}`, '--out', directory, '--'];
  const result = await run(
    ['bun', 'tests/guest/run.ts', ...OPTIONS[world], ...options, 'sh', '-c', SCRIPT, 'sh', ...words],
    GUEST_SECONDS + 30,
  );
  const name = share[0]?.file.split('/').at(-1);
  await Bun.write(`${directory}/${name}.output`, `exit code ${result.code}\n${result.output}`);
  return result;
}

/** A file whose runner wrote nothing counts as one failed test, and so does a name that no test has. */
async function outcomesOf({ file, only, except = [] }: GuestTests, directory: string): Promise<TestOutcome[]> {
  const outcomes = await readOutcomes(`${directory}/${file.split('/').at(-1)}.xml`);
  const failed = (name: string, message: string): TestOutcome => ({
    file,
    name,
    outcome: 'failed',
    message,
    seconds: 0,
  });
  const late = `did not load, or did not end within ${FILE_SECONDS} s; see build/test/`;
  if (outcomes.length === 0) return [failed('the whole file', late)];
  if (only === undefined) return outcomes.filter(({ name }) => !except.some((words) => name.includes(words)));
  const isNamed = (name: string) => only.some((words) => name.includes(words));
  const absent = only.filter((words) => !outcomes.some(({ name }) => name.includes(words)));
  // The runner counts those that were not asked for as skipped.
  return [
    ...outcomes.filter(({ name }) => isNamed(name)),
    ...absent.map((words) => failed(words, 'no test has this name')),
  ];
}

/** Longest first, each to the guest with the least to do. */
function spread(files: readonly GuestTests[]): GuestTests[][] {
  const shares = Array.from({ length: GUESTS }, () => ({ seconds: 0, files: [] as GuestTests[] }));
  for (const one of files.toSorted((a, b) => b.seconds - a.seconds)) {
    const least = shares.reduce((a, b) => (b.seconds < a.seconds ? b : a));
    least.files.push(one);
    least.seconds += one.seconds;
  }
  return shares.map((share) => share.files);
}
