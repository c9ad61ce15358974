/** No room, no inodes, no right to write: one line, exit code 125, and nothing is left or lost. */
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from 'bun:test';
import { mkdtempSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { ended, FaultWorld } from './fault-world.ts';

// The world, which says so elsewhere, is made inside of each test here, and that is too late.
setDefaultTimeout(300_000);
let disk: string;
let fault: FaultWorld;

beforeEach(() => {
  disk = mkdtempSync('/tmp/limpid-disk-');
});
afterEach(async () => {
  try {
    await fault.drop();
  } finally {
    await ended(['umount', '-l', disk]);
    rmdirSync(disk);
  }
});

async function mountDisk(options: string): Promise<void> {
  expect((await ended(['mount', '-t', 'tmpfs', '-o', options, 'limpid-disk', disk])).code).toBe(0);
  fault = new FaultWorld(disk);
}

function fill(): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(`${disk}/ballast`, Buffer.alloc(bavail * bsize));
}

/** With one line, and at once: nothing waits for a later command to clear it away. */
async function isRefused(words: readonly string[], why: string): Promise<void> {
  const before = fault.leftovers();
  const { code, err } = await fault.limpid(words);
  expect(err).toContain(why);
  expect(err.trimEnd().split('\n')).toHaveLength(1);
  expect(err).toStartWith('Error: cannot ');
  expect(code).toBe(125);
  expect(await fault.finallyLeft()).toEqual(before);
}

test('a full disk', async () => {
  await mountDisk('size=16m');
  await fault.must('create', '--name', 'before', 'builtin:busybox', 'true');
  fill();
  await isRefused(['create', '--name', 'more', 'builtin:busybox'], 'ENOSPC');
  await isRefused(['run', '--rm', 'builtin:busybox', 'true'], 'ENOSPC');
  await isRefused(['start', 'before'], 'ENOSPC');
  expect(await fault.must('ps', '-a', '--format', '{{.Names}} {{.State}}')).toBe('before created');
  rmSync(`${disk}/ballast`);
  await fault.must('start', 'before');
  expect(await fault.must('wait', 'before')).toBe('0');
  await fault.must('rm', 'before');
  expect(await fault.finallyLeft()).toEqual([]);
});

test('a disk that fills up while the container runs loses its log, and not its exit code', async () => {
  await mountDisk('size=16m');
  const script = 'yes | head -c 30000000; exit 7';
  const { code } = await fault.limpid(['run', '--name', 'lab', 'builtin:busybox', 'sh', '-c', script]);
  expect(code).toBe(7);
  expect(statfsSync(disk).bavail).toBe(0);
  expect(await fault.must('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}} {{.State.Error}}', 'lab')).toBe(
    'exited 7',
  );
  expect(await fault.must('rm', '-f', 'lab')).toBe('lab');
  expect(await fault.finallyLeft()).toEqual([]);
});

test('removing makes room on a full disk', async () => {
  await mountDisk('size=16m');
  await fault.must('run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
  fill();
  expect(await fault.must('rm', '-f', 'lab')).toBe('lab');
  expect(await fault.finallyLeft()).toEqual([]);
});

test('no inodes', async () => {
  await mountDisk('size=16m,nr_inodes=600');
  await fault.must('create', '--name', 'before', 'builtin:busybox', 'true');
  for (let n = 0; statfsSync(disk).ffree > 0; n++) writeFileSync(`${disk}/file-${n}`, '');
  await isRefused(['create', '--name', 'more', 'builtin:busybox'], 'ENOSPC');
  expect(await fault.must('ps', '-a', '--format', '{{.Names}}')).toBe('before');
  expect(await fault.must('rm', 'before')).toBe('before');
  expect(await fault.finallyLeft()).toEqual([]);
});

test('a read-only disk', async () => {
  await mountDisk('size=16m');
  await fault.must('create', '--name', 'before', 'builtin:busybox', 'true');
  await ended(['mount', '-o', 'remount,ro', disk]);
  await isRefused(['create', '--name', 'more', 'builtin:busybox'], 'EROFS');
  await isRefused(['start', 'before'], 'EROFS');
  await isRefused(['rm', 'before'], 'EROFS');
  expect(await fault.must('ps', '-a', '--format', '{{.Names}} {{.State}}')).toBe('before created');
  await ended(['mount', '-o', 'remount,rw', disk]);
  expect(await fault.must('rm', 'before')).toBe('before');
  expect(await fault.finallyLeft()).toEqual([]);
});
