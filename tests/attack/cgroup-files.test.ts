/** CVE-2022-0492: a container that may write to its cgroups' files can lift its limits, or have the host run a program. */
import { afterAll, expect, test } from 'bun:test';
import { runtimeScope } from '../kernel/runtime-bundle.ts';
import { AttackWorld } from './attack-world.ts';

const attack = new AttackWorld();
const runtime = runtimeScope();
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

test('limpid-runtime: by any way of mounting them', async () => {
  const ways = { cgroup: {}, 'cgroup of the host': { cgroup: 'host' }, writable: { options: ['nosuid', 'rw'] } };
  for (const [name, { cgroup, options }] of Object.entries<{ cgroup?: string; options?: string[] }>(ways)) {
    const { out } = await runtime.once('cgroups', ['sh', '-c', SCRIPT], (spec) => {
      const { namespaces } = spec.linux!;
      if (cgroup === 'host') spec.linux!.namespaces = namespaces!.filter(({ type }) => type !== 'cgroup');
      if (options !== undefined) spec.mounts!.find(({ type }) => type === 'cgroup')!.options = options;
    });
    const [looked, ...rest] = out.trimEnd().split('\n');
    expect([name, looked]).toEqual([name, expect.stringMatching(/^looked at \d{2,}$/)]);
    // Who asks for a writable one gets its own, and nothing above it.
    const allowed = name === 'writable' ? /^(?:writable|made) / : /^$/;
    expect([name, ...rest.filter((line) => !allowed.test(line))]).toEqual([name, 'end']);
  }
});
