import { LimpidError } from '../../base/error.ts';
import { findRecord } from '../records/read.ts';
import type { World } from '../world.ts';

/** Whether a name, an id or the unique start of one means a container. Throws EAMBIGUOUS where it could mean several. */
export function containerExists(world: World, reference: string): boolean {
  try {
    findRecord(world, reference);
    return true;
  } catch (error) {
    if (error instanceof LimpidError && error.code === 'ENOCONTAINER') return false;
    throw error;
  }
}
