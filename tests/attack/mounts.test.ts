/** What hides and protects files is a mount: without the right to mount, none of it can be taken away. */
import { afterAll, expect, test } from 'bun:test';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
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

test('masked paths are empty, and stay so', async () => {
  const script = `${MASKED.map(
    (
      path,
    ) => `if [ -d ${path} ]; then ls -A ${path}; elif [ -e ${path} ]; then head -c 1 ${path} | wc -c | grep -v '^0$'; fi
umount ${path} 2>/dev/null && echo unmounted ${path}; mount -o remount,rw,bind ${path} 2>/dev/null && echo remounted ${path}`,
  ).join('\n')}\necho end`;
  expect(await attack.sh(script)).toBe('end');
});

test('protected paths cannot be opened for writing', async () => {
  const script = `${PROTECTED.map((path) => `if (: >>${path}) 2>/dev/null; then echo writable ${path}; fi`).join('\n')}\nmount -o remount,rw,bind /proc/sys 2>/dev/null && echo remounted; umount /proc/sys 2>/dev/null && echo unmounted\necho end`;
  expect(await attack.sh(script)).toBe('end');
});

test('no mount, umount or move at all', async () => {
  const script =
    'mkdir -p /a /b; mount -t tmpfs x /a 2>/dev/null && echo tmpfs; mount --bind /etc /b 2>/dev/null && echo bind; mount -t proc x /a 2>/dev/null && echo proc; mount --move /dev /a 2>/dev/null && echo moved; umount -l /dev 2>/dev/null && echo umount; umount /etc/hosts 2>/dev/null && echo hosts; pivot_root / /a 2>/dev/null && echo pivot; unshare -m true 2>/dev/null && echo unshared; unshare -Ur true 2>/dev/null && echo user; echo end';
  expect(await attack.sh(script)).toBe('end');
  expect(await attack.sh(script, '-u', '1000')).toContain('end');
});

test('a read-only volume and a read-only root stay so', async () => {
  const script =
    'touch /v/x 2>/dev/null && echo volume; touch /x 2>/dev/null && echo root; mount -o remount,rw /v 2>/dev/null && echo remounted; mount -o remount,rw / 2>/dev/null && echo remounted; echo end';
  expect(await attack.sh(script, '--read-only', '-v', `${attack.path}:/v:ro`)).toBe('end');
});

test('mounts made inside do not reach the host', async () => {
  const script = 'mkdir -p /v/in && mount -t tmpfs x /v/in && echo mounted';
  const before = await Bun.file('/proc/self/mountinfo').text();
  expect(await attack.sh(script, '--cap-add', 'SYS_ADMIN', '-v', `${attack.path}:/v`)).toBe('mounted');
  const after = await Bun.file('/proc/self/mountinfo').text();
  expect(after.split('\n').filter((line) => line.includes(attack.path))).toEqual(
    before.split('\n').filter((line) => line.includes(attack.path)),
  );
});
