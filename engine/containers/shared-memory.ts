import { LimpidError } from '../../base/error.ts';
import { MNT_DETACH, MS_NODEV, MS_NOEXEC, MS_NOSUID } from '../../abi/flags/mount.ts';
import { statPath } from '../../kernel/file-status.ts';
import type { Op } from '../../plan/ops.ts';
import type { ContainerConfig } from '../config.ts';
import { containerPaths, type ContainerPaths } from '../records/paths.ts';
import { findRecord } from '../records/read.ts';
import type { World } from '../world.ts';

/**
 * Host directory that a container sees as /dev/shm: its own where its IPC is shareable, that of the container it
 * joins; `undefined` for a private one, whose mount nobody outside can reach. Throws EIPC where the other's is private.
 */
export function sharedMemory(
  world: World,
  { namespaces: { ipc } }: ContainerConfig,
  paths: ContainerPaths,
): string | undefined {
  if (ipc.kind === 'shareable') return paths.shm;
  if (ipc.kind !== 'container') return undefined;
  const { config } = findRecord(world, ipc.container);
  const { shm } = containerPaths(world, config.id, config.autoRemove);
  if (config.namespaces.ipc.kind === 'shareable' && statPath(shm) !== undefined) return shm;
  throw new LimpidError({
    code: 'EIPC',
    doing: 'join',
    subject: `the IPC namespace of container "${config.name}"`,
    why: 'it is private',
    hint: `run "${config.name}" with --ipc shareable`,
  });
}

/** Host stage: the memory file system that others may join; and its end. */
export function mountSharedMemory({ namespaces, shmSizeBytes }: ContainerConfig, { shm }: ContainerPaths): Op[] {
  if (namespaces.ipc.kind !== 'shareable') return [];
  const because = '--ipc shareable';
  const flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  const data = `mode=1777,size=${shmSizeBytes}`;
  return [
    { op: 'mkdir', stage: 'host', because, at: -1, path: shm, mode: 0o700, existOk: true },
    { op: 'mount', stage: 'host', because, at: -1, target: shm, type: 'tmpfs', source: 'shm', flags, data },
    { op: 'umount', stage: 'cleanup', because, at: -1, path: shm, flags: MNT_DETACH, missingOk: true },
  ];
}
