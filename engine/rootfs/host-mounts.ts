import { parseMountinfo, type MountInfo } from '../../abi/mountinfo.ts';
import { readKernelFile } from '../../kernel/files.ts';
import { isAtOrBelow } from '../spec/paths.ts';

/** What a container gets anew, and what a boot makes. */
const NOT_SHOWN = ['/proc', '/sys', '/dev', '/run'];

/** File systems that hold what a user would call files although no block device is below them. */
const WITHOUT_DEVICE = new Set(['zfs', 'virtiofs', '9p']);

/**
 * Where the host's other disks hang below `/`. overlayfs shows of a lower directory only the file system that it is
 * on: with `host:`, a /home of its own would be empty. Mounts below one of these come along with it.
 */
export function hostMounts(): string[] {
  return selectHostMounts(readKernelFile('/proc/self/mountinfo') ?? '', readKernelFile('/proc/filesystems') ?? '');
}

/** From the text of /proc/PID/mountinfo and of /proc/filesystems, where `nodev` marks what needs no disk. */
export function selectHostMounts(mountinfo: string, filesystems: string): string[] {
  const onDisk = new Set(
    filesystems
      .split('\n')
      .filter((line) => line.startsWith('\t'))
      .map((line) => line.trim()),
  );
  const mounts = parseMountinfo(mountinfo);
  const parents = new Map(mounts.map((mount) => [mount.id, mount]));
  const shown = new Set<string>();
  for (const mount of mounts) {
    const isDisk = onDisk.has(mount.type) || WITHOUT_DEVICE.has(mount.type);
    if (isDisk && isInSight(mount, mounts, parents)) shown.add(mount.mountPoint);
  }
  return [...shown].filter((path) => ![...shown].some((other) => other !== path && isAtOrBelow(path, other))).sort();
}

/** Not the root, nothing that a container has of its own, and nothing that another mount lies over. */
function isInSight(mount: MountInfo, mounts: readonly MountInfo[], parents: ReadonlyMap<number, MountInfo>): boolean {
  if (mount.mountPoint === '/' || NOT_SHOWN.some((directory) => isAtOrBelow(mount.mountPoint, directory))) return false;
  let below = mount;
  for (
    let one: MountInfo | undefined = mount;
    one !== undefined && one.mountPoint !== '/';
    one = parents.get(one.parentId)
  ) {
    const { id, mountPoint } = one;
    if (mounts.some((other) => other !== below && other.parentId === id && other.mountPoint === mountPoint))
      return false;
    below = one;
  }
  return true;
}
