/** CVE-2022-0492: a container that may write to its cgroups' files can lift its limits, or have the host run a program. */
import { afterAll, expect, test } from 'bun:test';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
afterAll(async () => {
  expect(await attack.finallyLeft()).toEqual([]);
  await attack.drop();
});

const SCRIPT = `
cd /sys/fs/cgroup || exit 1
echo looked at $(find . -type f | wc -l)
find . -type f | while read -r f; do if (: >>"$f") 2>/dev/null; then echo writable $f; fi; done
find . -type d | while read -r d; do mkdir "$d/evil" 2>/dev/null && echo made $d; done
mount -o remount,rw /sys/fs/cgroup 2>/dev/null && echo remounted
mount -t cgroup -o memory none /mnt 2>/dev/null && echo mounted
mount -t cgroup2 none /mnt 2>/dev/null && echo mounted
unshare -Cr true 2>/dev/null && echo unshared
echo end`;

test('they are there to be looked at', async () => {
  for (const options of [[], ['--cap-add', 'SYS_CHROOT'], ['--cgroupns', 'host']]) {
    const [looked, ...rest] = (await attack.sh(SCRIPT, ...options)).split('\n');
    expect(looked).toMatch(/^looked at \d{2,}$/);
    expect(rest).toEqual(['end']);
  }
});

test('and show no cgroup but its own', async () => {
  const lines = (await attack.sh('cut -d: -f3 /proc/self/cgroup | sort -u')).split('\n');
  expect(lines).not.toContainEqual(expect.stringContaining('limpid'));
});
