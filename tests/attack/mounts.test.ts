/** What hides and protects files is a mount: without the right to mount, none of it can be taken away. */
import { afterAll, expect, test } from 'bun:test';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RuntimeSpec } from '../../spec/runtime.ts';
import { until } from '../cli/until.ts';
import { mountsBelow } from '../faults/fault-world.ts';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
afterAll(async () => {
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

const MASKED = [
  '/proc/kcore',
  '/proc/keys',
  '/proc/timer_list',
  '/proc/interrupts',
  '/sys/firmware',
  '/proc/acpi',
  '/proc/scsi',
];
// Opened and never written: one byte into the last restarts the machine.
const PROTECTED = [
  '/proc/sys/kernel/core_pattern',
  '/proc/sys/kernel/modprobe',
  '/proc/sys/vm/drop_caches',
  '/proc/sys/kernel/hostname',
  '/proc/irq/default_smp_affinity',
  '/sys/kernel/uevent_helper',
  '/proc/sysrq-trigger',
];

const READ_MASKED = `${MASKED.map(
  (
    path,
  ) => `if [ -d ${path} ]; then ls -A ${path}; elif [ -e ${path} ]; then head -c 1 ${path} | wc -c | grep -v '^0$'; fi
umount ${path} 2>/dev/null && echo unmounted ${path}; mount -o remount,rw,bind ${path} 2>/dev/null && echo remounted ${path}`,
).join('\n')}\necho end`;
const WRITE_PROTECTED = `${PROTECTED.map((path) => `if (: >>${path}) 2>/dev/null; then echo writable ${path}; fi`).join('\n')}\nmount -o remount,rw,bind /proc/sys 2>/dev/null && echo remounted; umount /proc/sys 2>/dev/null && echo unmounted\necho end`;
// What they are already, so that nothing happens to the host's null device where they can be changed.
const CHANGE_MASKED = `${MASKED.map(
  (path) =>
    `if [ -c ${path} ]; then chown 0:0 ${path} 2>/dev/null && echo owned ${path}; chmod 666 ${path} 2>/dev/null && echo moded ${path}; : >${path} || echo closed ${path}; fi`,
).join('\n')}\nset -- /proc/keys /proc/kcore /proc/interrupts; for one; do [ -c $one ] && exec echo end; done`;
const MOUNT =
  'mkdir -p /a /b; mount -t tmpfs x /a 2>/dev/null && echo tmpfs; mount --bind /etc /b 2>/dev/null && echo bind; mount -t proc x /a 2>/dev/null && echo proc; mount --move /dev /a 2>/dev/null && echo moved; umount -l /dev 2>/dev/null && echo umount; umount /etc/hosts 2>/dev/null && echo hosts; pivot_root / /a 2>/dev/null && echo pivot; unshare -m true 2>/dev/null && echo unshared; unshare -Ur true 2>/dev/null && echo user; echo end';

test('masked paths are empty, and stay so', async () => {
  expect(await attack.sh(READ_MASKED)).toBe('end');
});

test('the null device of the host, which masks them, keeps its owner and mode', async () => {
  expect(await attack.sh(CHANGE_MASKED)).toBe('end');
  expect(await attack.sh(CHANGE_MASKED, '--cap-add', 'all', '--security-opt', 'seccomp=unconfined')).toBe('end');
});

test('protected paths cannot be opened for writing', async () => {
  expect(await attack.sh(WRITE_PROTECTED)).toBe('end');
});

test('no mount, umount or move at all', async () => {
  expect(await attack.sh(MOUNT)).toBe('end');
  expect(await attack.sh(MOUNT, '-u', '1000')).toContain('end');
});

test('limpid-runtime: neither what is masked, nor what is protected, nor the mounts themselves', async () => {
  for (const script of [READ_MASKED, CHANGE_MASKED, WRITE_PROTECTED, MOUNT]) {
    const { out } = await runtime.once('mounts', ['sh', '-c', script], ({ linux }) => {
      linux!.maskedPaths = MASKED;
      linux!.readonlyPaths = [...linux!.readonlyPaths!, '/sys/kernel'];
    });
    // A user namespace of its own is for a filter to refuse, and this spec has none.
    expect([script, out.replace('user\n', '')]).toEqual([script, 'end\n']);
  }
});

test('limpid-runtime: what masks is the null device of the host, whatever the image has there (CVE-2025-31133)', async () => {
  const script = 'stat -c "%F %t:%T" /etc/masked; cat /etc/masked; echo written >/etc/masked; cat /etc/masked';
  const masked = (id: string, place: (path: string, spec: RuntimeSpec) => void) =>
    runtime.once(id, ['sh', '-c', script], (spec) => {
      const dev = `${runtime.directory}/${id}/rootfs/dev`;
      spec.mounts = spec.mounts!.filter(({ destination }) => !destination.startsWith('/dev'));
      place(`${dev}/null`, spec);
      writeFileSync(`${dev}/../etc/masked`, 'read\n');
      spec.linux!.maskedPaths = ['/etc/masked'];
    });
  const refused = {
    code: 1,
    out: '',
    err: 'cannot create device "/dev/null": EEXIST, file exists, for runtime-spec: default devices\n',
  };
  expect(await masked('masked-link', (path) => symlinkSync('/etc/passwd', path))).toEqual(refused);
  expect(await masked('masked-file', (path) => writeFileSync(path, 'read\n'))).toEqual(refused);
  expect((await masked('masked', () => {})).out).toBe('character special file 1:3\n');
  // One that is bound there is taken as it is, and nothing of it is used.
  const strange = await masked('masked-bound', (_, { mounts }) => {
    const source = `${runtime.directory}/strange-dev`;
    mkdirSync(source);
    symlinkSync('/etc/passwd', `${source}/null`);
    mounts!.push({ destination: '/dev', type: 'bind', source, options: ['bind'] });
  });
  expect(strange.out).toBe('character special file 1:3\n');
});

test('limpid-runtime: what it writes below /proc goes to the real one', async () => {
  const fake = `${runtime.directory}/fake`;
  const files = ['self/oom_score_adj', 'self/attr/exec', 'sys/net/ipv4/ip_forward', '1/oom_score_adj', 'self/uid_map'];
  for (const file of files) {
    mkdirSync(dirname(`${fake}/${file}`), { recursive: true });
    writeFileSync(`${fake}/${file}`, 'fake\n');
  }
  const path = runtime.bundle('fake-proc', ['sleep', '1000'], (spec) => {
    spec.mounts = spec.mounts!.map((mount) =>
      mount.destination === '/proc' ? { destination: '/proc', type: 'bind', source: fake, options: ['bind'] } : mount,
    );
    spec.process!.oomScoreAdj = 321;
    spec.linux!.sysctl = { 'net.ipv4.ip_forward': '1' };
  });
  await runtime.says('run', '--detach', '--bundle', path, 'fake-proc');
  const { pid } = await runtime.state('fake-proc');
  expect(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8')).toBe('321\n');
  const forward = ['nsenter', '-t', `${pid}`, '-n', 'cat', '/proc/sys/net/ipv4/ip_forward'];
  expect(Bun.spawnSync(forward).stdout.toString()).toBe('1\n');
  await runtime.says('exec', 'fake-proc', 'true');
  for (const file of files) expect([file, readFileSync(`${fake}/${file}`, 'utf8')]).toEqual([file, 'fake\n']);
  await runtime.says('delete', '--force', 'fake-proc');
});

test('a read-only volume and a read-only root stay so', async () => {
  const script =
    'touch /v/x 2>/dev/null && echo volume; touch /x 2>/dev/null && echo root; mount -o remount,rw /v 2>/dev/null && echo remounted; mount -o remount,rw / 2>/dev/null && echo remounted; echo end';
  expect(await attack.sh(script, '--read-only', '-v', `${attack.path}:/v:ro`)).toBe('end');
});

test('mounts made inside do not reach the host', async () => {
  const volume = `${attack.path}/volume`;
  mkdirSync(volume);
  const script = 'for at in /v/in /in; do mkdir $at && mount -t tmpfs x $at && echo mounted; done; exec sleep 1000';
  const words = ['--cap-add', 'SYS_ADMIN', '-v', `${volume}:/v`, 'builtin:busybox', 'sh', '-c', script];
  // On a host whose mounts are shared, as systemd makes them. The monitor stays there.
  const shared = ['unshare', '--mount', '--propagation', 'shared'];
  const { out: id } = await attack.limpid(['run', '-d', '--name', 'lab', ...words], shared);
  await until('both', async () => (await attack.must('logs', 'lab')) === 'mounted\nmounted');
  const monitor = await attack.must('inspect', '--format', '{{.State.MonitorPid}}', 'lab');
  expect(mountsBelow(attack.path, Number(monitor))).toEqual([`${attack.root}/containers/${id.trimEnd()}/merged`]);
  await attack.must('rm', '-f', 'lab');
});
