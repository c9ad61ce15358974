import { statSync } from 'node:fs';
import type { TestOutcome } from './junit.ts';
import { filesToRepeat, replaceOutcomes, tellUnsteady } from './second-run.ts';
import { emptyLogs, readOutcomes, ROOT, run, tally, type StageResult } from './test-stage.ts';

const FILE_SECONDS = 400;
const GUEST_SECONDS = 1200;
/** One for each core: emulation keeps each of them busy. */
const GUESTS = 2;

// One runner a file: what hangs or crashes costs no more than itself.
const SCRIPT = `for file; do
  timeout --kill-after=5 ${FILE_SECONDS} bun test --only-failures --timeout=120000 \\
    --reporter=junit --reporter-outfile="$GUEST_OUT/$(basename "$file").xml" "./$file"
done`;

type GuestWorld = 'v1' | 'v2' | 'systemd';

const OPTIONS: Readonly<Record<GuestWorld, readonly string[]>> = {
  v1: ['v1'],
  v2: ['v2'],
  systemd: ['v2', '--systemd'],
};

/** Runs test files in guests with the given cgroups, spread over a few of them at once. */
export async function runGuestTests(world: GuestWorld, files: readonly string[]): Promise<StageResult> {
  const directory = emptyLogs(`guest ${world}`);
  const shares = spread(files).filter((share) => share.length > 0);
  // Fetched before there are several who would.
  const first = await run(['bun', 'tests/guest/run.ts', ...OPTIONS[world], '--timeout', '90', '--', 'true'], 300);
  if (first.code !== 0) return tally(`guest-${world}`, [], first.code, first.output);
  const runs = await Promise.all(shares.map((share) => runShare(world, share, directory)));
  const outcomes = await outcomesIn(files, directory);
  const repeated = filesToRepeat(outcomes);
  if (repeated.length === 0) return tallyRuns(world, outcomes, runs);
  const again = emptyLogs(`guest ${world} again`);
  const second = await runShare(world, repeated, again);
  const secondOutcomes = await outcomesIn(repeated, again);
  const result = tallyRuns(world, replaceOutcomes(outcomes, repeated, secondOutcomes), [second]);
  return { ...result, trouble: [...tellUnsteady(outcomes, secondOutcomes), ...result.trouble] };
}

async function outcomesIn(files: readonly string[], directory: string): Promise<TestOutcome[]> {
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

function runShare(world: GuestWorld, share: readonly string[], directory: string) {
  const options = ['--timeout', `${GUEST_SECONDS}`, '--out', directory, '--'];
  return run(
    ['bun', 'tests/guest/run.ts', ...OPTIONS[world], ...options, 'sh', '-c', SCRIPT, 'sh', ...share],
    GUEST_SECONDS + 30,
  );
}

/** A file whose runner wrote nothing counts as one failed test. */
async function outcomesOf(file: string, directory: string): Promise<TestOutcome[]> {
  const outcomes = await readOutcomes(`${directory}/${file.split('/').at(-1)}.xml`);
  if (outcomes.length > 0) return outcomes;
  const message = `did not load, or did not end within ${FILE_SECONDS} s; see build/test/`;
  return [{ file, name: 'the whole file', outcome: 'failed', message, seconds: FILE_SECONDS }];
}

/** Largest first, each to the guest with the least to do: a file's size is a fair guess at its time. */
function spread(files: readonly string[]): string[][] {
  const shares = Array.from({ length: GUESTS }, () => ({ bytes: 0, files: [] as string[] }));
  const sized = files.map((file) => ({ file, bytes: statSync(`${ROOT}${file}`).size }));
  for (const { file, bytes } of sized.toSorted((a, b) => b.bytes - a.bytes)) {
    const least = shares.reduce((a, b) => (b.bytes < a.bytes ? b : a));
    least.files.push(file);
    least.bytes += bytes;
  }
  return shares.map((share) => share.files);
}
