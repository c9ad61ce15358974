import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { unexpectedSkips, type TestWorld } from './check-skips.ts';
import { parseJunit, type TestOutcome } from './junit.ts';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOGS = `${ROOT}build/test`;

/** What one stage of `make test` came to. */
export interface StageResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  /** What to show of it: empty where all went well. */
  readonly trouble: readonly string[];
}

/** A stage that either holds or does not. */
export function single(trouble: readonly string[]): StageResult {
  const failed = trouble.length === 0 ? 0 : 1;
  return { passed: 1 - failed, failed, skipped: 0, trouble };
}

/** Runs a program as one stage; its output is shown where it fails. */
export async function runProgram(command: readonly string[], timeoutS: number): Promise<StageResult> {
  const { code, output } = await run(command, timeoutS);
  return single(code === 0 ? [] : [`${command.join(' ')}: exit code ${code}`, ...lastLines(output, 40)]);
}

export interface BunTests {
  readonly name: string;
  readonly world: TestWorld;
  readonly paths: readonly string[];
  readonly timeoutS: number;
  readonly env?: Readonly<Record<string, string>>;
  /** In a guest: the words that come before the command. */
  readonly inside?: readonly string[];
}

/** Runs `bun test` here or in a guest, and counts from its JUnit file. */
export async function runBunTests({
  name,
  world,
  paths,
  timeoutS,
  env = {},
  inside = [],
}: BunTests): Promise<StageResult> {
  // Without paths bun would run everything.
  if (paths.length === 0) return { passed: 0, failed: 0, skipped: 0, trouble: [] };
  const directory = `${LOGS}/${name.replaceAll(' ', '-')}`;
  await Bun.$`rm -rf ${directory}`;
  mkdirSync(directory, { recursive: true });
  const isGuest = inside.length > 0;
  const junit = isGuest ? '/run/guest/out/junit.xml' : `${directory}/junit.xml`;
  const test = [
    'bun',
    'test',
    '--only-failures',
    `--timeout=${isGuest ? 120_000 : 20_000}`,
    '--reporter=junit',
    `--reporter-outfile=${junit}`,
  ];
  const command = isGuest ? [...inside, '--timeout', `${timeoutS}`, '--out', directory, '--'] : [];
  const { code, output } = await run([...command, ...test, ...paths.map((path) => `./${path}`)], timeoutS + 30, env);
  await Bun.write(`${directory}/output`, output);
  const file = Bun.file(`${directory}/junit.xml`);
  const outcomes = (await file.exists()) ? parseJunit(await file.text()) : [];
  return tally(world, outcomes, code, output);
}

function tally(world: TestWorld, outcomes: readonly TestOutcome[], code: number, output: string): StageResult {
  const count = (wanted: TestOutcome['outcome']): number => outcomes.filter(({ outcome }) => outcome === wanted).length;
  const failures = outcomes.filter(({ outcome }) => outcome === 'failed');
  const skips = unexpectedSkips(world, outcomes);
  const trouble = [
    ...failures.flatMap(({ file, name, message }) => [`${file}: ${name}`, ...message.split('\n').slice(0, 12)]),
    ...skips,
  ];
  // A file that does not load, or a crash of the runner, has no test that failed.
  const broken = code !== 0 && failures.length === 0;
  if (broken) trouble.push(`bun test: exit code ${code}`, ...lastLines(output, 40));
  return {
    passed: count('passed'),
    failed: failures.length + skips.length + (broken ? 1 : 0),
    skipped: count('skipped') - skips.length,
    trouble,
  };
}

async function run(command: readonly string[], timeoutS: number, env: Readonly<Record<string, string>> = {}) {
  const child = Bun.spawn(['timeout', '--kill-after=5', `${timeoutS}`, ...command], {
    cwd: ROOT,
    env: {
      ...process.env,
      ...env,
      PATH: `${ROOT}node_modules/.bin:/usr/local/sbin:/usr/sbin:/sbin:${process.env['PATH']}`,
    },
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'pipe',
  });
  const [out, err, code] = await Promise.all([child.stdout.text(), child.stderr.text(), child.exited]);
  return { code, output: `${out}${err}` };
}

function lastLines(text: string, count: number): string[] {
  return text.trimEnd().split('\n').slice(-count);
}
