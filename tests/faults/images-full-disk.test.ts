/** No room, no inodes, no right to write for images: one line, exit code 125, and a store as before. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { imageOf, tar } from '../image-archive.ts';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { pushImage } from '../registry-images.ts';
import { ended, FaultWorld, type Ended } from './fault-world.ts';

// The world, which says so elsewhere, is made inside of each test here, and that is too late.
setDefaultTimeout(300_000);
let registry: Registry;
let disk: string;
let fault: FaultWorld;
const random = (bytes: number) => {
  const data = Buffer.alloc(bytes);
  for (let at = 0; at < bytes; at += 65536) crypto.getRandomValues(data.subarray(at, Math.min(bytes, at + 65536)));
  return data;
};

beforeAll(async () => {
  registry = await startRegistry();
  await pushImage(registry.host, 'small:1', imageOf([tar([{ path: 'x', data: 'x' }])]));
  await pushImage(registry.host, 'large:1', imageOf([tar([{ path: 'large', data: random(6 << 20) }])]));
  const files = Array.from({ length: 600 }, (_, at) => ({ path: `f${at}`, data: '' }));
  await pushImage(registry.host, 'many:1', imageOf([tar(files)]));
});
afterAll(() => registry.stop());
beforeEach(() => {
  disk = `/tmp/limpid-images-disk-${process.pid}`;
  mkdirSync(disk);
});
afterEach(async () => {
  await ended(['mount', '-o', 'remount,rw', disk]);
  await fault.drop();
  await ended(['umount', disk]);
  rmdirSync(disk);
});

async function mountDisk(options: string): Promise<void> {
  expect((await ended(['mount', '-t', 'tmpfs', '-o', options, 'limpid-disk', disk])).code).toBe(0);
  fault = new FaultWorld(disk);
  await fault.must(...pull('small'));
}

const pull = (name: string) => ['pull', '-q', '--tls-verify=false', `${registry.host}/${name}:1`];

/** Everything in the store, and what the index says. */
function store(): unknown[] {
  const names = (readdirSync(`${fault.root}`, { recursive: true }) as string[]).filter(
    (name) => !name.endsWith('lock'),
  );
  return [names.toSorted(), readFileSync(`${fault.root}/images/index.json`, 'utf8')];
}

function isRefused({ code, err }: Ended, why: string | RegExp): void {
  expect(err).toMatch(why);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  expect(err).toStartWith('Error: cannot ');
  expect(code).toBe(125);
}

test('a layer that does not fit, and a disk that is full already', async () => {
  await mountDisk('size=5m');
  const before = store();
  isRefused(await fault.limpid(pull('large')), /ENOSPC|only \d|free|room/);
  expect(store()).toEqual(before);
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(`${disk}/ballast`, Buffer.alloc(bavail * bsize));
  for (const words of [pull('many'), ['tag', `${registry.host}/small:1`, 'other']])
    isRefused(await fault.limpid(words), /ENOSPC|free/);
  expect(store()).toEqual(before);
  // What frees the disk needs no room.
  await fault.must('rmi', `${registry.host}/small:1`);
  rmSync(`${disk}/ballast`);
  await fault.must(...pull('small'));
  await fault.must('tag', `${registry.host}/small:1`, 'other');
  expect(await fault.must('system', 'check')).toEndWith('no damage');
});

test('no inodes left', async () => {
  await mountDisk('size=64m,nr_inodes=300');
  const before = store();
  isRefused(await fault.limpid(pull('many')), 'ENOSPC');
  expect(store()).toEqual(before);
  await fault.must('rmi', `${registry.host}/small:1`);
});

test('a store that cannot be written to', async () => {
  await mountDisk('size=64m');
  const before = store();
  expect((await ended(['mount', '-o', 'remount,ro', disk])).code).toBe(0);
  const runroot = `/tmp/limpid-images-run-${process.pid}`;
  const limpid = (...words: string[]) => ended([fault.program, '--root', fault.root, '--runroot', runroot, ...words]);
  for (const words of [
    pull('large'),
    ['tag', `${registry.host}/small:1`, 'other'],
    ['rmi', `${registry.host}/small:1`],
  ])
    isRefused(await limpid(...words), 'EROFS');
  expect((await limpid('images', '--format', '{{.Repository}}')).out).toBe(`${registry.host}/small\n`);
  expect(store()).toEqual(before);
  rmSync(runroot, { recursive: true, force: true });
});
