import type { ContainerConfig } from '../config.ts';
import { findRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { requireRunning } from './kill.ts';

/** Pids of the running containers whose namespaces a container joins, by the reference in its config. Throws ENOTRUNNING. */
export function joinedProcesses(world: World, { namespaces }: ContainerConfig): Record<string, number> {
  const joined: Record<string, number> = {};
  for (const mode of Object.values(namespaces)) {
    if (mode.kind !== 'container' || mode.container in joined) continue;
    const record = findRecord(world, mode.container);
    joined[mode.container] = requireRunning(world, record, 'join the namespaces of').process.pid;
  }
  return joined;
}
