/**
 * kill -9 of `limpid` before each of its system calls that change something: what is left is nothing, or a container
 * that is shown as what it is and can be removed; and the next `ps` sweeps what belongs to none.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { listContainers } from '../../engine/containers/list.ts';
import { removeContainer, removeLeavings } from '../../engine/containers/remove.ts';
import type { Status } from '../../engine/records/state.ts';
import { until } from '../cli/until.ts';
import { kill } from '../kill.ts';
import { FaultWorld, list } from './fault-world.ts';

const SIGKILLED = 137;
const fault = new FaultWorld('/tmp', { launcher: false });
const installed = new FaultWorld();

// Unpacking the root file system is a change of its own: it happens once, before.
beforeAll(() => fault.must('run', '--rm', 'builtin:busybox', 'true'));
afterAll(() => fault.drop().finally(() => installed.drop()));

interface Victim {
  readonly words: readonly string[];
  readonly before?: () => Promise<unknown>;
  /** Its system calls to be killed at. */
  readonly calls: string;
  /** How a container that is left may be shown. */
  readonly states: readonly Status[];
}

function killedAt(call: string, count: number): string[] {
  return [
    'strace',
    '-qq',
    '-o',
    '/dev/null',
    '-e',
    `trace=${call}`,
    '-e',
    `inject=${call}:signal=SIGKILL:when=${count}`,
  ];
}

/** Kills it at its first, second, third … call of this name, until it lives. Answers how often it was killed. */
async function killAtEach(fault: FaultWorld, call: string, { words, before, states }: Victim): Promise<number> {
  const { world } = fault;
  for (let killed = 0; ; killed++) {
    await before?.();
    const { code } = await fault.limpid(words, killedAt(call, killed + 1));
    for (const { config, state } of listContainers(world)) {
      expect([`killed at ${call} ${killed + 1}`, config.name, ...states]).toContain(state.status);
      // A --rm container may be quicker.
      await removeContainer(world, 'x', { force: true }).catch(({ code }) => expect(code).toBe('ENOCONTAINER'));
    }
    // The executor goes on when its command is killed.
    await fault.quiet();
    await removeLeavings(world);
    expect([`killed at ${call} ${killed + 1}`, ...fault.leftovers()]).toHaveLength(1);
    if (code !== SIGKILLED) return killed;
  }
}

async function killEverywhere(victim: Victim, place = fault): Promise<number> {
  let kills = 0;
  for (const call of victim.calls.split(' ')) kills += await killAtEach(place, call, victim);
  return kills;
}

const SLEEPER = ['--name', 'x', 'builtin:busybox', 'sleep', '1000'];

test('run', async () => {
  const kills = await killEverywhere({
    words: ['run', '-d', ...SLEEPER],
    calls: 'mkdir symlink rename fsync write flock memfd_create socketpair vfork recvfrom',
    states: ['created', 'running'],
  });
  expect(kills).toBeGreaterThan(15);
});

test('run --rm', async () => {
  const kills = await killEverywhere({
    words: ['run', '--rm', '--name', 'x', 'builtin:busybox', 'true'],
    calls: 'rename socketpair recvfrom execve',
    states: ['created', 'running', 'stopping', 'exited'],
  });
  expect(kills).toBeGreaterThan(3);
});

test('run --rm that was killed before the start: its name is free, and ps clears the rest away', async () => {
  const words = ['run', '--rm', '--name', 'x', 'builtin:busybox', 'true'];
  expect((await fault.limpid(words, killedAt('socketpair', 1))).code).toBe(SIGKILLED);
  expect(listContainers(fault.world).map(({ state }) => state.status)).toEqual(['created']);
  await fault.must(...words);
  expect(await fault.must('ps', '-aq')).toBe('');
  expect(fault.leftovers()).toEqual([]);
});

test('create --rm stays until it was started', async () => {
  await fault.must('create', '--rm', '--name', 'x', 'builtin:busybox', 'true');
  expect(await fault.must('ps', '-a', '--format', '{{.Names}} {{.Status}}')).toBe('x Created');
  await removeLeavings(fault.world);
  await fault.must('start', '-a', 'x');
  await until('it is gone', async () => (await fault.must('ps', '-aq')) === '');
});

test('run, in words that came before: the launcher alone', async () => {
  const words = ['run', '-d', ...SLEEPER];
  const traced = async () => (await installed.limpid(words, ['env', 'LIMPID_TRACE=1'])).err;
  await until('a plan that is kept', async () => {
    const err = await traced();
    await installed.must('rm', '-f', 'x');
    return err.includes('kept plan found');
  });
  const kills = await killEverywhere(
    {
      words,
      calls: 'mkdir symlink rename fsync write flock memfd_create socketpair vfork recvfrom',
      states: ['created', 'running'],
    },
    installed,
  );
  expect(kills).toBeGreaterThan(10);
  // It went that way to the end.
  expect(await traced()).toContain('kept plan found');
  await installed.must('rm', '-f', 'x');
});

test('start', async () => {
  const kills = await killEverywhere({
    words: ['start', 'x'],
    before: () => fault.must('create', ...SLEEPER),
    calls: 'rename unlink flock socketpair recvfrom',
    states: ['created', 'running'],
  });
  expect(kills).toBeGreaterThan(3);
});

test('rm -f, below a cgroup of its own', async () => {
  const kills = await killEverywhere({
    words: ['rm', '-f', 'x'],
    before: () => fault.must('run', '-d', '--cgroup-parent', 'limpid-fault', ...SLEEPER),
    calls: 'rename unlink readlink socketpair recvfrom',
    states: ['running', 'stopping', 'exited'],
  });
  expect(kills).toBeGreaterThan(4);
});

test('rm of one that its monitor did not live to clear away, below a cgroup of its own', async () => {
  const kills = await killEverywhere({
    words: ['rm', 'x'],
    async before() {
      await fault.must('run', '-d', '--cgroup-parent', 'limpid-fault', ...SLEEPER);
      const pids = await fault.must('inspect', '--format', '{{.State.MonitorPid}} {{.State.Pid}}', 'x');
      for (const pid of pids.split(' ')) kill(Number(pid));
      await fault.quiet();
    },
    calls: 'rename unlink readlink socketpair recvfrom',
    states: ['exited'],
  });
  expect(kills).toBeGreaterThan(4);
});

test('the first use of a built-in root file system', async () => {
  const fresh = new FaultWorld();
  try {
    for (const count of [1, 3])
      expect((await fresh.limpid(['create', 'builtin:busybox'], killedAt('symlink', count))).code).toBe(SIGKILLED);
    expect(list(`${fresh.root}/builtin`)).toEqual([expect.stringMatching(/^busybox-[0-9a-f]{16}\.new$/)]);
    await fresh.must('create', 'builtin:busybox');
    expect(list(`${fresh.root}/builtin`)).toEqual([expect.stringMatching(/^busybox-[0-9a-f]{16}$/)]);
  } finally {
    await fresh.drop();
  }
});
