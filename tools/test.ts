/**
 * `make test`: every check and test there is, one line each, and the sum alone on the last line.
 *   bun tools/test.ts [STAGE...]    only the named ones
 */
import { existsSync, readdirSync } from 'node:fs';
import { compareLeftovers, snapshotLeftovers } from '../tests/leftovers.ts';
import { runChecks } from './check.ts';
import type { TestWorld } from './check-skips.ts';
import { runGuestTests } from './guest-run.ts';
import { GUEST_TESTS, SYSTEMD_TESTS } from './guest-tests.ts';
import { ROOMS } from './rooms.ts';
import { ROOT, runBunTests, runProgram, single, type StageResult } from './test-stage.ts';

const FUZZ_SECONDS = 20;
// Limits in seconds are for what hangs, not for what is slow: several times what a busy machine takes.

/** A run that somebody will end begins no stage that would not come to its end: `.ci/run` says so. */
const MINUTES = Number(process.env['TEST_MINUTES'] ?? Infinity);
const LAST = 'nothing left';

interface Stage {
  readonly name: string;
  readonly run: () => Promise<StageResult>;
}

const hostWorld: TestWorld = existsSync('/sys/fs/cgroup/cgroup.controllers') ? 'host-v2' : 'host-v1';
/** Of these paths those with tests below them: bun fails where it finds none. */
const present = (paths: readonly string[]): string[] =>
  paths.filter(
    (path) => path.endsWith('.test.ts') || [...new Bun.Glob(`${path}/**/*.test.ts`).scanSync(ROOT)].length > 0,
  );

function testFiles(directory: string): string[] {
  const names = readdirSync(`${ROOT}${directory}`).filter((name) => name.endsWith('.test.ts'));
  return names.map((name) => `${directory}/${name}`).toSorted();
}

function host(name: string, paths: readonly string[], timeoutS: number, env?: Record<string, string>): Stage {
  return {
    name,
    run: () => runBunTests({ name, world: hostWorld, paths: present(paths), timeoutS, ...(env && { env }) }),
  };
}

function guest(world: 'v1' | 'v2'): Stage {
  return { name: `guest ${world}`, run: () => runGuestTests(world, GUEST_TESTS) };
}

function bun(name: string, timeoutS: number, ...args: string[]): Stage {
  return { name, run: () => runProgram([process.execPath, ...args], timeoutS) };
}

async function checks(): Promise<StageResult> {
  const results = await runChecks();
  const bad = results.filter(({ ok }) => !ok);
  return {
    passed: results.length - bad.length,
    failed: bad.length,
    skipped: 0,
    trouble: bad.flatMap(({ name, output }) => [`${name}:`, ...output.split('\n').slice(0, 60)]),
  };
}

const FUZZERS = ['fuzz-wire', 'fuzz-unpack', 'fuzz-again'] as const;

/** The same time for each. */
async function fuzz(): Promise<StageResult> {
  let result: StageResult | undefined;
  for (const program of FUZZERS) if ((result?.failed ?? 0) === 0) result = await fuzzOne(program);
  return result!;
}

async function fuzzOne(program: string): Promise<StageResult> {
  const corpus = `${ROOT}build/corpus-of-${program}`;
  await Bun.$`mkdir -p ${corpus}`;
  const seconds = Math.floor(FUZZ_SECONDS / FUZZERS.length);
  const limits = [`-max_total_time=${seconds}`, '-max_len=65536', '-rss_limit_mb=1024', '-verbosity=0'];
  return runProgram(
    [`${ROOT}build/native/${program}`, ...limits, `-artifact_prefix=${corpus}/crash-`, corpus],
    seconds + 60,
  );
}

const before = snapshotLeftovers();

const STAGES: readonly Stage[] = [
  bun('generate', 60, 'tools/gen-all.ts'),
  bun('build', 300, 'tools/build.ts'),
  bun('build for tests', 300, 'tools/build-native.ts', 'all'),
  { name: 'checks', run: checks },
  host('unit', [...Object.keys(ROOMS), 'tools', 'tests/golden', 'tests/guest', 'tests/leftovers.test.ts'], 600),
  host('kernel', ['tests/kernel'], 1200),
  host(
    'sanitizers',
    testFiles('tests/kernel').filter((path) => path.includes('/executor') || path.endsWith('/layers.test.ts')),
    600,
    { LIMPID_EXECUTOR: `${ROOT}build/native/executor-asan` },
  ),
  // Once more without the launcher, which does by itself what needs no decision: start, state, kill, delete, exec.
  host(
    'runtime program',
    [
      ...['runtime-lifecycle', 'runtime-exec', 'runtime-hooks', 'conformance-runtime'].map(
        (name) => `tests/kernel/${name}.test.ts`,
      ),
      'tests/faults/killed-runtime.test.ts',
    ],
    600,
    { LIMPID_RUNTIME: 'program', LIMPID_FAULTS: '8' },
  ),
  host('cli', ['tests/cli'], 1800),
  host('attack', ['tests/attack'], 1200),
  host('faults', ['tests/faults'], 1200),
  { name: 'fuzz', run: fuzz },
  guest('v2'),
  { name: 'guest systemd', run: () => runGuestTests('systemd', SYSTEMD_TESTS) },
  ...(hostWorld === 'host-v2' ? [guest('v1')] : []),
  { name: LAST, run: async () => single(compareLeftovers(before, snapshotLeftovers())) },
];

async function main(wanted: readonly string[]): Promise<number> {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { name, run } of STAGES.filter((stage) => wanted.length === 0 || wanted.includes(stage.name))) {
    const started = performance.now();
    if (started > MINUTES * 60_000 && name !== LAST) {
      console.log(`${name.padEnd(16)} left out: ${MINUTES} minutes are over`);
      total.skipped++;
      continue;
    }
    const result = await run();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const { passed, failed, skipped, trouble } = result;
    const counts = [
      `${passed} ok`,
      ...(failed > 0 ? [`${failed} FAILED`] : []),
      ...(skipped > 0 ? [`${skipped} skipped`] : []),
    ];
    console.log(`${name.padEnd(16)}${seconds.padStart(6)} s  ${counts.join(', ')}`);
    for (const line of trouble) console.log(`    ${line}`);
    for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += result[key];
    // Without a build there is nothing to test.
    if (failed > 0 && name.startsWith('build')) break;
  }
  console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`);
  return total.failed === 0 ? 0 : 1;
}

process.exit(await main(process.argv.slice(2)));
