import { groupEntries, passwdEntries } from '../../abi/passwd.ts';
import { readKernelFile } from '../../kernel/files.ts';
import { findRecord } from '../records/read.ts';
import { readTextInLayers } from '../rootfs/layers.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';

export interface UserNames {
  readonly user: (uid: number) => string;
  readonly group: (gid: number) => string;
}

/** Names of ids as a container's own /etc/passwd and /etc/group have them; numbers where they have none. */
export async function containerUserNames(world: World, reference: string): Promise<UserNames> {
  const { config, paths } = findRecord(world, reference);
  const layers = [paths.upper, ...(await resolveRootfs(world, config.rootfs))];
  return namesFrom(readTextInLayers(layers, '/etc/passwd') ?? '', readTextInLayers(layers, '/etc/group') ?? '');
}

/** The same from the host's files. */
export function hostUserNames(): UserNames {
  return namesFrom(readKernelFile('/etc/passwd') ?? '', readKernelFile('/etc/group') ?? '');
}

function namesFrom(passwd: string, group: string): UserNames {
  const users = new Map<number, string>();
  const groups = new Map<number, string>();
  for (const { uid, name } of passwdEntries(passwd)) if (!users.has(uid)) users.set(uid, name);
  for (const { gid, name } of groupEntries(group)) if (!groups.has(gid)) groups.set(gid, name);
  return {
    user: (uid) => users.get(uid) ?? String(uid),
    group: (gid) => groups.get(gid) ?? String(gid),
  };
}
