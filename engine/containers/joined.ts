import type { ContainerConfig } from '../config.ts';
import { findRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { requireRunning } from './kill.ts';

/** The containers that a container joins, as its config refers to them. */
export function joinedReferences({ namespaces }: Pick<ContainerConfig, 'namespaces'>): string[] {
  const references: string[] = [];
  for (const mode of Object.values(namespaces)) if (mode.kind === 'container') references.push(mode.container);
  return references;
}

/** Pids of the running containers whose namespaces a container joins, by the reference in its config. Throws ENOTRUNNING. */
export function joinedProcesses(world: World, config: ContainerConfig): Record<string, number> {
  const joined: Record<string, number> = {};
  for (const reference of new Set(joinedReferences(config))) {
    const record = findRecord(world, reference);
    joined[reference] = requireRunning(world, record, 'join the namespaces of').process.pid;
  }
  return joined;
}

/** The same config, with the ids of the containers it joins for the names that were typed: names change. Throws ENOCONTAINER. */
export function pinJoined(world: World, config: ContainerConfig): ContainerConfig {
  const modes = Object.entries(config.namespaces);
  if (!modes.some(([, { kind }]) => kind === 'container')) return config;
  const pinned = modes.map(([type, mode]) => {
    return [
      type,
      mode.kind === 'container' ? { ...mode, container: findRecord(world, mode.container).config.id } : mode,
    ] as const;
  });
  return { ...config, namespaces: Object.fromEntries(pinned) as unknown as ContainerConfig['namespaces'] };
}
