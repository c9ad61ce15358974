import { listIds, listRecords } from '../records/list.ts';
import type { ContainerRecord } from '../records/record.ts';
import { observeState, type ContainerState } from '../records/state.ts';
import type { World } from '../world.ts';

/** A container as `ps` shows it. */
export interface ContainerSummary extends ContainerRecord {
  readonly state: ContainerState;
}

/** All containers, oldest first, as the kernel sees them now. */
export function listContainers(world: World, ids: readonly string[] = listIds(world)): ContainerSummary[] {
  return listRecords(world, ids).map((record) => {
    const { config, paths } = record;
    return { config, paths, state: observeState(world, record) };
  });
}
