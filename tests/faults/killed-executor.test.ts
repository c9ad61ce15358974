/**
 * kill -9 of the executor, which becomes the monitor, before its system calls: a start that it does not live through
 * leaves nothing; an exit that it does not live to see is told as such, never as exit code 0.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { LimpidError } from '../../base/error.ts';
import { containerConfig } from '../../engine/container-config.ts';
import { createContainer } from '../../engine/containers/create.ts';
import { execInContainer } from '../../engine/containers/exec.ts';
import { listContainers } from '../../engine/containers/list.ts';
import { removeContainer, removeLeavings } from '../../engine/containers/remove.ts';
import { runContainer } from '../../engine/containers/run.ts';
import { startContainer } from '../../engine/containers/start.ts';
import { libc } from '../../kernel/libc.ts';
import { FaultWorld, list, text } from './fault-world.ts';
import { TracedWorld } from './traced-executor.ts';
import { until } from '../cli/until.ts';

const fault = new FaultWorld();
const { world } = fault;
const traced = new TracedWorld(fault);
const config = (name: string, autoRemove = false) =>
  containerConfig({ image: 'builtin:busybox', command: ['sh', '-c', 'exit 7'], name, autoRemove });

beforeAll(() => fault.must('run', '--rm', 'builtin:busybox', 'true'));
afterAll(() => fault.drop());

/** Runs a container that ends with 7; why it did not start, or `started`. */
async function run(autoRemove: boolean): Promise<string> {
  try {
    libc.close((await runContainer(traced, config('x', autoRemove))).controlFd);
    return 'started';
  } catch (error) {
    return error instanceof LimpidError ? error.code : String(error);
  }
}

/** What is seen of it once nothing of it runs any more. */
async function outcome(autoRemove: boolean): Promise<string> {
  const start = await run(autoRemove);
  await fault.quiet();
  const seen = listContainers(world).map(
    ({ state }) => `${state.status} ${state.exitCode} ${state.error === undefined ? 'seen' : 'unseen'}`,
  );
  for (const { config } of listContainers(world)) await removeContainer(world, config.id);
  await removeLeavings(world);
  return [start, ...seen].join(', ');
}

/** A start has hundreds of calls: of those that only look, some stand for all. */
function killPoints(): { readonly call: string; readonly count: number }[] {
  const LOOKS = new Set([
    'rt_sigaction',
    'open',
    'openat',
    'openat2',
    'close',
    'fcntl',
    'fstat',
    'read',
    'getdents64',
    'lseek',
  ]);
  const NEVER = new Set([
    'execve',
    'execveat',
    'exit_group',
    'arch_prctl',
    'set_tid_address',
    'rt_sigprocmask',
    'mmap',
    'munmap',
  ]);
  return traced.calls().filter(({ call, count }) => !NEVER.has(call) && (!LOOKS.has(call) || count % 16 === 0));
}

async function killEverywhere(autoRemove: boolean, every: number): Promise<Set<string>> {
  await traced.inject();
  const outcomes = new Set([await outcome(autoRemove)]);
  for (const { call, count } of killPoints().filter((_, index) => index % every === 0)) {
    await traced.inject('-e', `inject=${call}:signal=SIGKILL:when=${count}`);
    outcomes.add(await outcome(autoRemove));
    expect([`killed at ${call} ${count}`, ...fault.leftovers()]).toHaveLength(1);
  }
  return outcomes;
}

test('of a container that stays', async () => {
  // After the exit record was written, what it says is true whatever becomes of the monitor.
  const wanted = ['EEXECUTOR', 'started, exited 7 seen', 'started, exited 255 unseen'];
  expect([...(await killEverywhere(false, 2))].toSorted()).toEqual(wanted.toSorted());
});

test('of a container that goes with its end', async () => {
  const wanted = ['EEXECUTOR', 'started', 'started, exited 7 seen', 'started, exited 255 unseen'];
  expect([...(await killEverywhere(true, 3))].toSorted()).toEqual(wanted.toSorted());
});

test('a start that was killed can be repeated', async () => {
  const { lock } = await createContainer(world, config('again'));
  lock.release();
  for (const inject of ['mount', 'clone3', 'shutdown']) {
    await traced.inject('-e', `inject=${inject}:signal=SIGKILL:when=1`);
    expect(await startContainer(traced, 'again').catch(({ code }: LimpidError) => code)).toBe('EEXECUTOR');
    expect(listContainers(world).map(({ state }) => state.status)).not.toContain('running');
    libc.close((await startContainer(world, 'again'))!.controlFd);
    await fault.quiet();
    expect(listContainers(world).map(({ state }) => state.exitCode)).toEqual([7]);
  }
  await removeContainer(world, 'again');
  expect(fault.leftovers()).toEqual([]);
});

test('a child whose executor died before it asked to be told runs nothing', async () => {
  const { pid, controlFd } = await runContainer(
    world,
    containerConfig({ image: 'builtin:busybox', command: ['sleep', '1000'], name: 'target' }),
  );
  libc.close(controlFd);
  // The child's first call is held back until the executor, which comes to its shutdown, is dead.
  await traced.inject(
    '-f',
    '-e',
    'inject=prctl:delay_enter=300000:when=1',
    '-e',
    'inject=shutdown:signal=SIGKILL:when=1',
  );
  const request = { command: ['sh', '-c', 'echo ran >/ran; exec sleep 999'] };
  expect(await execInContainer(traced, 'target', request).catch(({ code }: LimpidError) => code)).toBe('EEXECUTOR');
  const inside = (): string[] =>
    list('/proc').filter((name) =>
      text(`/proc/${name}/cgroup`).includes(`/limpid-${listContainers(world)[0]!.config.id}`),
    );
  await until('the end of the half-made process', () => inside().length === 1);
  expect(inside()).toEqual([`${pid}`]);
  expect(await fault.limpid(['exec', 'target', 'cat', '/ran'])).toMatchObject({ code: 1, out: '' });
  await removeContainer(world, 'target', { force: true });
  expect(fault.leftovers()).toEqual([]);
});
