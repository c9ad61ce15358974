import { listIds, listRecords, recordExists, type ContainerRecord } from '../records/read.ts';
import { observeState, type ContainerState } from '../records/state.ts';
import type { World } from '../world.ts';

/** A container as `ps` shows it. */
export interface ContainerSummary extends ContainerRecord {
  readonly state: ContainerState;
}

/** All containers, oldest first, as the kernel sees them now. */
export function listContainers(world: World, ids: readonly string[] = listIds(world)): ContainerSummary[] {
  return listRecords(world, ids).map((record) => ({ ...record, state: observeState(world, record) }));
}

/** Ids with something on disk or in the runtime directory but no record: what a killed command left. */
export function listLeavings(
  world: World,
  recorded: readonly ContainerRecord[] = [],
  ids: readonly string[] = listIds(world),
): string[] {
  const known = new Set(recorded.map(({ config }) => config.id));
  return ids.filter((id) => !known.has(id) && /^[0-9a-f]{64}$/.test(id) && !recordExists(world, id));
}
