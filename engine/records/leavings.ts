import type { World } from '../world.ts';
import { listIds } from './list.ts';
import { recordExists, type ContainerRecord } from './record.ts';

/** Ids with something on disk or in the runtime directory but no record: what a killed command left. */
export function listLeavings(
  world: World,
  recorded: readonly ContainerRecord[] = [],
  ids: readonly string[] = listIds(world),
): string[] {
  const known = new Set(recorded.map(({ config }) => config.id));
  return ids.filter((id) => !known.has(id) && /^[0-9a-f]{64}$/.test(id) && !recordExists(world, id));
}
