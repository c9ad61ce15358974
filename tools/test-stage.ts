import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { unexpectedSkips, type TestWorld } from './check-skips.ts';
import { parseJunit, type TestOutcome } from './junit.ts';
import { filesToRepeat, replaceOutcomes, tellUnsteady } from './second-run.ts';

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
}

/**
 * Runs `bun test` on these paths, and counts from its JUnit file. Files with failures run a second time, alone, which
 * tells a broken test from one that the rest of the machine has upset; what failed at first is shown either way.
 */
export async function runBunTests(tests: BunTests): Promise<StageResult> {
  const { world, paths } = tests;
  // Without paths bun would run everything.
  if (paths.length === 0) return { passed: 0, failed: 0, skipped: 0, trouble: [] };
  const directory = emptyLogs(tests.name);
  const first = await bunTest(tests, paths, `${directory}/junit.xml`);
  const files = filesToRepeat(first.outcomes);
  if (files.length === 0) return tally(world, first.outcomes, first.code, first.output);
  const second = await bunTest(tests, files, `${directory}/junit-again.xml`);
  const result = tally(world, replaceOutcomes(first.outcomes, files, second.outcomes), second.code, second.output);
  return { ...result, trouble: [...tellUnsteady(first.outcomes, second.outcomes), ...result.trouble] };
}

async function bunTest({ timeoutS, env = {} }: BunTests, paths: readonly string[], junit: string) {
  const words = [
    'bun',
    'test',
    '--only-failures',
    '--timeout=120000',
    '--reporter=junit',
    `--reporter-outfile=${junit}`,
  ];
  const { code, output } = await run([...words, ...paths.map((path) => `./${path}`)], timeoutS, env);
  await Bun.write(`${junit}.output`, output);
  return { code, output, outcomes: await readOutcomes(junit) };
}

/** Where a stage keeps what its programs wrote: build/test/NAME, empty. */
export function emptyLogs(name: string): string {
  const directory = `${LOGS}/${name.replaceAll(' ', '-')}`;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** The outcomes in a JUnit file; none where the runner did not live to write it. */
export async function readOutcomes(path: string): Promise<TestOutcome[]> {
  const file = Bun.file(path);
  return (await file.exists()) ? parseJunit(await file.text()) : [];
}

/** The sum of a test run; skips that the world does not explain count as failures. */
export function tally(world: TestWorld, outcomes: readonly TestOutcome[], code: number, output: string): StageResult {
  const count = (wanted: TestOutcome['outcome']): number => outcomes.filter(({ outcome }) => outcome === wanted).length;
  const failures = outcomes.filter(({ outcome }) => outcome === 'failed');
  const skips = unexpectedSkips(world, outcomes, packagesLacking());
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

/** What tools/setup.sh did not find among the distribution's packages. */
function packagesLacking(): string[] {
  const path = `${ROOT}build/lacking`;
  return existsSync(path) ? readFileSync(path, 'utf8').split(/\s+/) : [];
}

/** Runs a program of the repository with a limit in seconds, and returns all that it said. */
export async function run(command: readonly string[], timeoutS: number, env: Readonly<Record<string, string>> = {}) {
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
