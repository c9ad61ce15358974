import { listDirectory } from '../../kernel/files.ts';
import type { World } from '../world.ts';
import { readRecord, type ContainerRecord } from './record.ts';

/** Ids that have, or may have, a record. */
export function listIds(world: World): string[] {
  const ids = listDirectory(`${world.root}/containers`);
  const known = new Set(ids);
  for (const id of listDirectory(`${world.runroot}/containers`)) if (!known.has(id)) ids.push(id);
  return ids;
}

/** Every record, oldest first. A damaged one is left out here, and told by `damagedRecords` and the command that names it. */
export function listRecords(world: World, ids: readonly string[] = listIds(world)): ContainerRecord[] {
  const records: ContainerRecord[] = [];
  for (const id of ids) {
    try {
      const record = readRecord(world, id);
      if (record !== undefined) records.push(record);
    } catch {}
  }
  return records.sort((a, b) => (a.config.created < b.config.created ? -1 : 1));
}
