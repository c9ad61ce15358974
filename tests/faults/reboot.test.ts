/**
 * A reboot: processes, mounts, cgroups and the runtime directory are gone, and the kernel has another boot id. That
 * last is told by a bind mount over /proc/sys/kernel/random/boot_id in a mount namespace of limpid's own.
 */
import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { ended, FaultWorld, list, mountsBelow, type Ended } from './fault-world.ts';
import { kill } from '../kill.ts';

const fault = new FaultWorld();
const BOOT_ID = `${fault.path}/boot_id`;
afterAll(() => fault.drop());

const QUOTED = `mount --bind ${BOOT_ID} /proc/sys/kernel/random/boot_id && exec "$@"`;
function afterReboot(...words: readonly string[]): Promise<Ended> {
  return fault.limpid(words, ['unshare', '--mount', 'sh', '-c', QUOTED, 'sh']);
}

/** What a power cut does to containers, as far as a test may. */
async function cutPower(): Promise<void> {
  for (const monitor of (await fault.must('ps', '--format', '{{.ID}}')).split('\n').filter(Boolean)) {
    const pids = await fault.must('inspect', '--format', '{{.State.MonitorPid}} {{.State.Pid}}', monitor);
    pids.split(' ').forEach((pid) => kill(Number(pid)));
  }
  await fault.quiet();
  for (const path of mountsBelow(fault.path)) expect((await ended(['umount', path])).code).toBe(0);
  for (const line of fault.leftovers().filter((one) => one.startsWith('cgroup ')))
    await ended(['rmdir', line.slice(7)]);
  rmSync(fault.runroot, { recursive: true });
  writeFileSync(BOOT_ID, '00000000-1111-2222-3333-444444444444\n');
}

test('what ran is shown as cut off, under its name, and starts again; what went with its end is gone', async () => {
  await fault.must('run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
  await fault.must('run', '-d', '--rm', '--name', 'guest', 'builtin:busybox', 'sleep', '1000');
  await fault.must('create', '--name', 'idle', 'builtin:busybox', 'true');
  const done = await fault.limpid(['run', '--name', 'done', 'builtin:busybox', 'sh', '-c', 'exit 3']);
  expect(done.code).toBe(3);
  // A command that was killed while it made a container.
  mkdirSync(`${fault.root}/containers/${'e'.repeat(64)}/upper`, { recursive: true });
  await cutPower();

  const shown = await afterReboot('ps', '-a', '--format', '{{.Names}} {{.State}} {{.ExitCode}}');
  expect(shown.out.trimEnd().split('\n').toSorted()).toEqual(['done exited 3', 'idle created 0', 'lab exited 255']);
  const why = await afterReboot('inspect', '--format', '{{.State.Error}}', 'lab');
  expect(why.out).toBe('the machine went down while it ran, so nobody saw the exit\n');
  // The sweep has taken the half-made one and what was left of the guest.
  expect(list(`${fault.root}/containers`)).toHaveLength(3);

  expect((await afterReboot('create', '--name', 'lab', 'builtin:busybox')).err).toContain(
    'cannot create container "lab": the name is in use',
  );
  expect((await afterReboot('create', '--name', 'guest', 'builtin:busybox')).code).toBe(0);
  expect(await afterReboot('start', 'lab')).toEqual({ code: 0, out: 'lab\n', err: '' });
  expect((await afterReboot('ps', '--format', '{{.Names}} {{.State}}')).out).toBe('lab running\n');
  expect((await afterReboot('rm', '-a', '-f')).code).toBe(0);
  expect(await fault.finallyLeft()).toEqual([]);
});

test('a pid that was given to another process by then is not taken for the container', async () => {
  await fault.must('run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
  const record = `${fault.root}/containers/${fault.ids()[0]}/start`;
  const [boot, time, , , monitor, monitorStart] = (await Bun.file(record).text()).trim().split(' ');
  await cutPower();
  // The same boot, our own pid, another start time.
  writeFileSync(record, `${[boot, time, process.pid, '1', monitor, monitorStart].join(' ')}\n`);
  expect(await fault.must('ps', '-a', '--format', '{{.State}}')).toBe('exited');
  expect((await fault.limpid(['kill', 'lab'])).err).toContain('it is not running but exited');
  await fault.must('rm', 'lab');
  expect(await fault.finallyLeft()).toEqual([]);
});
