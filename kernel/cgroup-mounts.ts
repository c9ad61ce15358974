import { readKernelFile } from './files.ts';
import { statfs } from './statfs.ts';

export interface CgroupMount {
  readonly type: string;
  readonly mountPoint: string;
  readonly options: readonly string[];
}

const ROOT = '/sys/fs/cgroup';
// linux/magic.h
const CGROUP_SUPER_MAGIC = 0x27e0eb;
const CGROUP2_SUPER_MAGIC = 0x63677270;

/**
 * Where cgroup hierarchies are mounted. Where they are in their usual places, no list of mounts is read: it grows with each
 * container that runs.
 */
export function cgroupMounts(): CgroupMount[] {
  return usualMounts() ?? listedMounts(readKernelFile('/proc/self/mountinfo') ?? '');
}

/**
 * `undefined` where one of this process's hierarchies, by cgroups(7) all that there are, is somewhere else or nowhere; but
 * cgroup2 may be where v1 has every controller.
 */
function usualMounts(): CgroupMount[] | undefined {
  if (magicOf(ROOT) === CGROUP2_SUPER_MAGIC) return [{ type: 'cgroup2', mountPoint: ROOT, options: [] }];
  const mounts: CgroupMount[] = [];
  let isUnifiedElsewhere = false;
  for (const line of (readKernelFile('/proc/self/cgroup') ?? '').split('\n')) {
    const [, controllers] = line.split(':');
    if (controllers === undefined) continue;
    const name = controllers.startsWith('name=') ? controllers.slice('name='.length) : controllers;
    const [mountPoint, type, magic] =
      name === ''
        ? ([`${ROOT}/unified`, 'cgroup2', CGROUP2_SUPER_MAGIC] as const)
        : ([`${ROOT}/${name}`, 'cgroup', CGROUP_SUPER_MAGIC] as const);
    if (magicOf(mountPoint) === magic) mounts.push({ type, mountPoint, options: controllers.split(',') });
    else if (type === 'cgroup') return undefined;
    else isUnifiedElsewhere = true;
  }
  if (isUnifiedElsewhere && !haveAll(mounts)) return undefined;
  // The newest comes first; the order in which they were mounted is that of the list.
  return mounts.length === 0 ? undefined : mounts.reverse();
}

/** Whether v1 has what containers are limited by. What cgroup2 adds then is not worth the list: 7 µs a mount. */
function haveAll(mounts: readonly CgroupMount[]): boolean {
  return ['cpu', 'cpuacct', 'cpuset', 'memory', 'pids', 'blkio', 'devices', 'freezer'].every((controller) =>
    mounts.some(({ options }) => options.includes(controller)),
  );
}

/** What kind of file system a path is on; 0 where there is no such path. */
function magicOf(path: string): number {
  return Number(statfs(path)?.[0] ?? 0);
}

/** cgroup mounts of the root of their hierarchy, from proc_pid_mountinfo(5). */
function listedMounts(mountinfo: string): CgroupMount[] {
  const mounts: CgroupMount[] = [];
  for (const entry of mountinfo.split('\n')) {
    const separator = entry.indexOf(' - cgroup');
    if (separator < 0) continue;
    const [, , , , mountPoint] = entry.slice(0, separator).split(' ');
    const [type, , options] = entry.slice(separator + 3).split(' ');
    mounts.push({ type: type!, mountPoint: unescapeMountinfo(mountPoint!), options: options!.split(',') });
  }
  return mounts;
}

/** proc_pid_mountinfo(5) writes space, tab, newline and backslash as \040, \011, \012, \134. */
function unescapeMountinfo(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
