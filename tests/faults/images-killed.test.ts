/**
 * kill -9 of a pull or a commit at any instant: afterwards the image is there, whole, or it is not; and what was left
 * aside goes with the next prune.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { commitContainer } from '../../engine/images/commit.ts';
import { checkStore } from '../../engine/images/check.ts';
import { listImages } from '../../engine/images/list.ts';
import { pruneLeavings } from '../../engine/images/prune.ts';
import { removeImage } from '../../engine/images/remove.ts';
import { findRecord } from '../../engine/records/read.ts';
import { observeState } from '../../engine/records/state.ts';
import { imageOf, tar } from '../image-archive.ts';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { busyboxLayer, pushImage } from '../registry-images.ts';
import { FaultWorld, list } from './fault-world.ts';
import { until } from '../cli/until.ts';

const ROUNDS = 16;
const SIGKILLED = 137;
const fault = new FaultWorld();
const { world } = fault;
let registry: Registry;
let name = '';

beforeAll(async () => {
  registry = await startRegistry();
  const random = () => crypto.getRandomValues(new Uint8Array(60_000));
  const files = (at: number) => Array.from({ length: 40 }, (_, one) => ({ path: `f-${at}-${one}`, data: random() }));
  const layers = [busyboxLayer(), ...[1, 2, 3].map((at) => tar(files(at)))];
  await pushImage(registry.host, 'app:1', imageOf(layers, { config: { Cmd: ['sleep', '1000'] } }));
  name = `${registry.host}/app:1`;
});
afterAll(async () => {
  await fault.drop();
  await registry.stop();
});

/** Starts a command and kills it after a part of the time that it takes. True where it had ended before. */
async function killAfter(words: readonly string[], ms: number): Promise<boolean> {
  const child = Bun.spawn(fault.command(...words), { stdin: 'ignore', stdout: 'ignore', stderr: 'ignore' });
  await Promise.race([child.exited, Bun.sleep(ms)]);
  const ended = child.exitCode === 0;
  child.kill('SIGKILL');
  await child.exited;
  return ended;
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return performance.now() - start;
}

const pull = (): readonly string[] => ['pull', '-q', '--tls-verify=false', name];

/** Nothing but what the images in the index consist of. */
async function expectWhole(round: string): Promise<void> {
  expect([round, (await checkStore(world)).damages]).toEqual([round, []]);
}

async function expectTidy(round: string): Promise<void> {
  // The process that unpacks ends when its command does not speak to it any more.
  await fault.quiet();
  expect([round, await pruneLeavings(world)]).toEqual([round, 'removed']);
  expect([round, list(`${fault.root}/staging`)]).toEqual([round, []]);
  const images = listImages(world);
  if (images.length === 0)
    expect([round, list(`${fault.root}/layers`), list(`${fault.root}/images/blobs/sha256`)]).toEqual([round, [], []]);
}

test('pull', async () => {
  const whole = await timed(() => fault.must(...pull()));
  await removeImage(world, name);
  let completed = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const ms = whole * Math.random() * 1.1;
    const label = `killed after ${ms.toFixed(1)} of ${whole.toFixed(0)} ms`;
    const ended = await killAfter(pull(), ms);
    const images = listImages(world);
    if (ended) expect([label, images.length]).toEqual([label, 1]);
    completed += images.length;
    await expectWhole(label);
    if (images.length > 0) await removeImage(world, name);
    // Now and then the next one goes on with what this one left.
    if (round % 3 === 0) await expectTidy(label);
  }
  expect(completed).toBeLessThan(ROUNDS);
  await fault.must(...pull());
  await expectWhole('after all');
  await removeImage(world, name);
  await expectTidy('after all');
});

test('pull, at each of its calls on the index', async () => {
  const index = `${fault.root}/images/index.json`;
  let kills = 0;
  for (const call of ['openat', 'write', 'rename']) {
    for (let count = 1, code = SIGKILLED; code === SIGKILLED; count++) {
      const inject = ['-e', `trace=${call}`, '-e', `inject=${call}:signal=SIGKILL:when=${count}`];
      const traced = ['strace', '-f', '-qq', '-o', '/dev/null', '-P', index, '-P', `${index}.new`, ...inject];
      code = (await fault.limpid(pull(), traced)).code;
      await fault.quiet();
      const images = listImages(world);
      const label = `killed at ${call} ${count}`;
      expect(images.length).toBeLessThan(2);
      await expectWhole(label);
      if (images.length > 0) await removeImage(world, name);
      if (code === SIGKILLED) kills++;
    }
  }
  expect(kills).toBeGreaterThan(4);
  await expectTidy('after all');
});

test('commit', async () => {
  await fault.must(...pull());
  const script = 'dd if=/dev/urandom of=/big bs=1M count=4 2>/dev/null; echo done > /done; sleep 1000';
  const id = await fault.must('run', '-d', '--name', 'c', name, 'sh', '-c', script);
  await until('its files', () => list(`${fault.root}/containers/${id}/upper`).includes('done'));
  const whole = await timed(() => commitContainer(world, 'c', { name: 'made' }));
  await removeImage(world, 'made');
  for (let round = 0; round < ROUNDS / 2; round++) {
    const ms = whole * Math.random() * 1.2;
    const label = `killed after ${ms.toFixed(1)} of ${whole.toFixed(0)} ms`;
    await killAfter(['commit', '-q', 'c', 'made'], ms);
    const record = findRecord(world, 'c');
    await until('its going on', () => observeState(world, record).status === 'running');
    await expectWhole(label);
    if (listImages(world).length > 1) await removeImage(world, 'made');
  }
  await fault.must('rm', '-f', '-t', '0', 'c');
  await removeImage(world, name);
  await expectTidy('after all');
});

test.each([
  ['killed', 'SIGKILL', 137],
  ['interrupted', 'SIGTERM', 143],
] as const)(
  'a commit that is %s lets its container go on',
  async (_, signal, code) => {
    await fault.must(...pull());
    const script = 'dd if=/dev/urandom of=/big bs=1M count=24 2>/dev/null; echo done > /done; sleep 1000';
    const id = await fault.must('run', '-d', '--name', 'i', name, 'sh', '-c', script);
    await until('its files', () => list(`${fault.root}/containers/${id}/upper`).includes('done'));
    const child = Bun.spawn(fault.command('commit', '-q', 'i', 'made'), { stdin: 'ignore', stdout: 'ignore' });
    await until('the pause', () => observeState(world, findRecord(world, 'i')).status === 'paused');
    child.kill(signal);
    expect(await child.exited).toBe(code);
    await until('its going on', () => observeState(world, findRecord(world, 'i')).status === 'running');
    await fault.must('rm', '-f', '-t', '0', 'i');
    await fault.quiet();
  },
  60_000,
);
