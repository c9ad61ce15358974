import { LimpidError } from '../../base/error.ts';
import type { IdMapping } from '../../spec/runtime.ts';
import { statPath } from '../../kernel/file-status.ts';
import { listDirectory, readKernelFile, readSymlink } from '../../kernel/files.ts';
import type { ContainerConfig } from '../config.ts';
import type { IdMaps } from '../spec/inputs.ts';

/**
 * The id maps of the user namespace that a container joins; `undefined` where it joins none, or the host's own.
 * `joined`: pids by the reference in the config. Throws ENOUSERNS.
 */
export function joinedMaps(
  { namespaces: { user } }: Pick<ContainerConfig, 'namespaces'>,
  joined: Readonly<Record<string, number>>,
): IdMaps | undefined {
  const pid = user.kind === 'container' ? joined[user.container] : user.kind === 'path' ? pidOf(user.path) : undefined;
  if (pid === undefined || isOurs(pid)) return undefined;
  return { uidMappings: readMap(`/proc/${pid}/uid_map`), gidMappings: readMap(`/proc/${pid}/gid_map`) };
}

/** Only a process in a namespace shows its maps. Throws ENOUSERNS where there is none. */
function pidOf(path: string): number {
  const inode = statPath(path)?.inode;
  const isIn = (pid: string): boolean => readSymlink(`/proc/${pid}/ns/user`) === `user:[${inode}]`;
  const found = listDirectory('/proc').find((name) => /^\d+$/.test(name) && isIn(name));
  if (inode !== undefined && found !== undefined) return Number(found);
  throw new LimpidError({
    code: 'ENOUSERNS',
    doing: 'join',
    subject: `the user namespace "${path}"`,
    why: inode === undefined ? 'there is none' : 'nobody is in it, and so nobody knows its id maps',
  });
}

function isOurs(pid: number): boolean {
  return readSymlink(`/proc/${pid}/ns/user`) === readSymlink('/proc/self/ns/user');
}

function readMap(path: string): IdMapping[] {
  const lines = (readKernelFile(path) ?? '').split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => {
    const [containerID, hostID, size] = line.trim().split(/\s+/).map(Number);
    return { containerID: containerID!, hostID: hostID!, size: size! };
  });
}
