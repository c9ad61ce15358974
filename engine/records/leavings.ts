import type { World } from '../world.ts';
import { isCutShort } from './cut-short.ts';
import { listIds } from './list.ts';
import { readRecord, recordExists, type ContainerRecord } from './record.ts';
import { observeState } from './state.ts';

/**
 * Ids with something on disk or in the runtime directory but no record, or one that was cut short: what a killed command
 * left.
 */
export function listLeavings(
  world: World,
  recorded: readonly ContainerRecord[] = [],
  ids: readonly string[] = listIds(world),
): string[] {
  const known = new Set(recorded.map(({ config }) => config.id));
  return ids.filter((id) => !known.has(id) && /^[0-9a-f]{64}$/.test(id) && isLeft(world, id));
}

function isLeft(world: World, id: string): boolean {
  if (!recordExists(world, id)) return true;
  try {
    const record = readRecord(world, id);
    return record !== undefined && isCutShort(record, () => observeState(world, record).status);
  } catch {
    // A damaged one: it may be anything.
    return false;
  }
}
