/** Where the cgroup hierarchies are found, in mount namespaces of their own. */
import { expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CgroupMount } from '../../kernel/cgroup-mounts.ts';

const UNIFIED = '/sys/fs/cgroup/unified';
const ELSEWHERE = '/sys/fs/cgroup/elsewhere';
const MODULE = fileURLToPath(new URL('../../kernel/cgroup-mounts.ts', import.meta.url));
const FIND = `console.log(JSON.stringify((await import('${MODULE}')).cgroupMounts()))`;
const MOVE = `mkdir ${ELSEWHERE}; mount -t cgroup2 none ${ELSEWHERE}; umount ${UNIFIED}`;
// On a file system of its own: no directory is made in the machine's.
const APART =
  'mount -t tmpfs none /mnt; cd /sys/fs/cgroup; for one in */; do mkdir /mnt/$one; mount --bind $one /mnt/$one; done; ' +
  'mount --rbind /mnt /sys/fs/cgroup';

/** What is found after these words of a shell. */
function foundAfter(script: string): CgroupMount[] {
  const command = [process.execPath, '-e', FIND];
  const words = [
    'unshare',
    '-m',
    '--propagation',
    'private',
    'sh',
    '-ec',
    `${APART}; ${script}; exec "$@"`,
    'sh',
    ...command,
  ];
  const { stdout, stderr, exitCode } = Bun.spawnSync(words, { cwd: '/' });
  expect({ exitCode, err: stderr.toString() }).toEqual({ exitCode: 0, err: '' });
  return JSON.parse(stdout.toString()) as CgroupMount[];
}

const cgroup2 = (mounts: readonly CgroupMount[]) =>
  mounts.filter(({ type }) => type === 'cgroup2').map(({ mountPoint }) => mountPoint);
const controllers = (mounts: readonly CgroupMount[]) =>
  mounts.flatMap(({ type, options }) => (type === 'cgroup' ? options : []));

test.skipIf(!existsSync(UNIFIED))(
  'cgroup2 is looked for elsewhere where a v1 hierarchy is, too (needs cgroup v1)',
  () => {
    expect(cgroup2(foundAfter(':'))).toEqual([UNIFIED]);
    expect(cgroup2(foundAfter(MOVE))).toEqual([]);
    const lacking = foundAfter(`${MOVE}; umount /sys/fs/cgroup/pids`);
    // And what the copy hides.
    expect(cgroup2(lacking)).toContain(ELSEWHERE);
    expect(controllers(lacking)).toContain('memory');
  },
);
