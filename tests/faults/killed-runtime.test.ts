/**
 * kill -9 of limpid-runtime at its system calls, or of all that it has started: `delete --force` then leaves no process,
 * mount, cgroup or file. A sample of the calls, of LIMPID_FAULTS; `all` takes every one, in minutes.
 */
import { beforeAll, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { cgroupDirectories } from '../../kernel/cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { ended, list, mountsBelow, text } from './fault-world.ts';
import { until } from '../cli/until.ts';

const SAMPLE = Bun.env['LIMPID_FAULTS'] === 'all' ? Number.POSITIVE_INFINITY : Number(Bun.env['LIMPID_FAULTS'] ?? 24);
const runtime = runtimeScope();
const { directory, root } = runtime;
const killer = `${directory}/kill-at`;
const cgroups = gatherFacts().cgroup;
let cgroupParent = '';

interface Outcome {
  readonly code: number;
  readonly calls: number;
  /** Processes that were not killed and outlived the command. */
  readonly left: readonly number[];
}

beforeAll(async () => {
  const source = fileURLToPath(new URL('kill-at.c', import.meta.url));
  const { code, err } = await ended(['gcc', '-O1', '-Wall', '-Wextra', '-Werror', '-o', killer, source]);
  expect({ code, err }).toEqual({ code: 0, err: '' });
});

/** Runs the runtime and kills it at its `point`th call; 0 is none. */
async function killAt(point: number, who: 'one' | 'all', ...words: string[]): Promise<Outcome> {
  const report = `${directory}/report`;
  const shell = ['sh', '-c', 'exec "$@" 3>"$0"', report, killer, `${point}`, who, ...runtime.words, ...words];
  const { code } = await quietly(shell);
  const lines = text(report).trim().split('\n');
  const numbers = (name: string) => lines.filter((line) => line.startsWith(name)).map((line) => Number(line.slice(5)));
  return { code, calls: numbers('calls')[0] ?? 0, left: numbers('left ') };
}

/** A container that goes on running holds pipes open; so none are made. */
async function quietly(words: readonly string[]): Promise<{ code: number }> {
  const child = Bun.spawn([...words], { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' });
  return { code: await child.exited };
}

function bundle(id: string, namespaces: 'its own' | 'no pids'): string {
  return runtime.bundle(id, ['sleep', '1000'], ({ linux }) => {
    cgroupParent = linux!.cgroupsPath!.replace(/\/[^/]*$/, '');
    if (namespaces === 'no pids') linux!.namespaces = linux!.namespaces!.filter(({ type }) => type !== 'pid');
  });
}

const isOver = (pid: number): boolean => {
  const stat = text(`/proc/${pid}/stat`);
  return stat === '' || stat.slice(stat.lastIndexOf(')')).startsWith(') Z');
};

/** Everything of one container, or of what was on the way to become one. */
function remains(id: string, { left }: Outcome): string[] {
  const inCgroup = list('/proc').filter(
    (pid) => /^\d+$/.test(pid) && text(`/proc/${pid}/cgroup`).includes(`${cgroupParent}/${id}\n`) && !isOver(+pid),
  );
  return [
    ...readdirSync(root).map((name) => `file ${name}`),
    ...mountsBelow(directory).map((path) => `mount ${path}`),
    ...cgroupDirectories(cgroups, `${cgroupParent}/${id}`).filter((path) => existsSync(path)),
    ...left.filter((pid) => !isOver(pid)).map((pid) => `process ${pid} ${text(`/proc/${pid}/comm`)}`),
    ...inCgroup.map((pid) => `process ${pid} in its cgroup`),
  ];
}

/** Numbers from 1 to `calls`, all or a sample: the last one among them, where the most has been made. */
function points(calls: number): number[] {
  const step = Math.max(1, calls / SAMPLE);
  return Array.from({ length: Math.floor(calls / step) }, (_, index) => Math.ceil((index + 1) * step));
}

async function expectNothing(id: string, point: string, outcome: Outcome): Promise<void> {
  // An executor whose caller is dead ends by itself, a moment later.
  await until(point, () => remains(id, outcome).every((line) => !line.startsWith('process')) || undefined).catch(
    () => {},
  );
  expect([point, ...remains(id, outcome)]).toEqual([point]);
}

const whoAt = (point: number): 'one' | 'all' => (point % 2 === 0 ? 'one' : 'all');

test('create', async () => {
  const words = ['create', '--bundle', bundle('made', 'its own'), '--pid-file', `${directory}/pid`, 'made'];
  const whole = await killAt(0, 'one', ...words);
  await runtime.says('delete', '--force', 'made');
  expect(whole.calls).toBeGreaterThan(100);
  for (const point of points(whole.calls)) {
    const outcome = await killAt(point, whoAt(point), ...words);
    // What it lived to tell of a failure, it has cleared away.
    if (outcome.code === 1) await expectNothing('made', `failed at ${point}`, outcome);
    await runtime.says('delete', '--force', 'made');
    await expectNothing('made', `${whoAt(point)} at ${point}`, outcome);
  }
  await runtime.says(...words);
  expect(readFileSync(`${directory}/pid`, 'utf8')).toBe(String((await runtime.state('made')).pid));
  await runtime.says('delete', 'made');
}, 600_000);

test('start', async () => {
  const path = bundle('begun', 'its own');
  const create = () => runtime.says('create', '--bundle', path, 'begun');
  await create();
  const { calls } = await killAt(0, 'one', 'start', 'begun');
  await runtime.says('delete', '--force', 'begun');
  for (const point of points(calls)) {
    await create();
    const outcome = await killAt(point, whoAt(point), 'start', 'begun');
    expect([point, 'created', 'running']).toContain((await runtime.state('begun')).status);
    await runtime.says('delete', '--force', 'begun');
    await expectNothing('begun', `${whoAt(point)} at ${point}`, outcome);
  }
}, 600_000);

test('exec', async () => {
  const path = bundle('entered', 'no pids');
  const exec = ['exec', '--detach', 'entered', 'sleep', '999'];
  await runtime.says('run', '--detach', '--bundle', path, 'entered');
  const { calls } = await killAt(0, 'one', ...exec);
  await runtime.says('delete', '--force', 'entered');
  expect(calls).toBeGreaterThan(50);
  for (const point of points(calls)) {
    await runtime.says('run', '--detach', '--bundle', path, 'entered');
    const outcome = await killAt(point, whoAt(point), ...exec);
    expect([point, (await runtime.state('entered')).status]).toEqual([point, 'running']);
    expect([point, await runtime.says('exec', 'entered', 'echo', 'again')]).toEqual([point, 'again']);
    await runtime.says('delete', '--force', 'entered');
    await expectNothing('entered', `${whoAt(point)} at ${point}`, outcome);
  }
}, 600_000);

test('delete', async () => {
  const path = bundle('ended', 'its own');
  const run = () => runtime.says('run', '--detach', '--bundle', path, 'ended');
  await run();
  const { calls } = await killAt(0, 'one', 'delete', '--force', 'ended');
  expect(calls).toBeGreaterThan(20);
  for (const point of points(calls)) {
    await run();
    const outcome = await killAt(point, whoAt(point), 'delete', '--force', 'ended');
    await runtime.says('delete', '--force', 'ended');
    await expectNothing('ended', `${whoAt(point)} at ${point}`, outcome);
  }
}, 600_000);
