import { LimpidError } from '../../base/error.ts';
import type { World } from '../world.ts';
import { readRecord } from './record.ts';

/** Why each record among these ids that is there, but not among those that were read, cannot be read. */
export function damagedRecords(world: World, ids: readonly string[], read: ReadonlySet<string>): LimpidError[] {
  const errors: LimpidError[] = [];
  for (const id of ids) {
    try {
      if (!read.has(id)) readRecord(world, id);
    } catch (error) {
      if (error instanceof LimpidError) errors.push(error);
    }
  }
  return errors;
}
