import type { IdMapping } from '../../spec/runtime.ts';
import { readKernelFile, readSymlink } from '../../kernel/files.ts';
import type { ContainerConfig } from '../config.ts';
import type { IdMaps } from '../spec/inputs.ts';

/**
 * The id maps of the user namespace that a container joins; `undefined` where it joins none, or the host's own.
 * `joined`: pids by the reference in the config.
 */
export function joinedMaps(
  { namespaces: { user } }: Pick<ContainerConfig, 'namespaces'>,
  joined: Readonly<Record<string, number>>,
): IdMaps | undefined {
  const pid = user.kind === 'container' ? joined[user.container] : user.kind === 'path' ? pidOf(user.path) : undefined;
  if (pid === undefined || isOurs(pid)) return undefined;
  return { uidMappings: readMap(`/proc/${pid}/uid_map`), gidMappings: readMap(`/proc/${pid}/gid_map`) };
}

/** Only a process in a namespace shows its maps. */
function pidOf(path: string): number | undefined {
  const pid = /^\/proc\/(\d+)\/ns\/user$/.exec(path)?.[1];
  return pid === undefined ? undefined : Number(pid);
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
