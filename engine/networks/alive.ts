import { tryLock } from '../../kernel/locks.ts';
import type { IfDead } from '../../network/leases/sweep.ts';
import { containerPaths } from '../records/paths.ts';
import { readRecord } from '../records/record.ts';
import { observeState } from '../records/state.ts';
import type { World } from '../world.ts';

/**
 * A container lives as long as somebody holds its lock, its monitor or the command that starts it; or its process, where
 * the monitor was killed. With the lock in hand nobody else can start it.
 */
export function ifDead(world: World): IfDead {
  return (id, act) => {
    const lock = tryLock(containerPaths(world, id, true).lock);
    if (lock === 'busy') return false;
    try {
      if (runs(world, id)) return false;
      act();
      return true;
    } finally {
      if (lock !== 'absent') lock.release();
    }
  };
}

function runs(world: World, id: string): boolean {
  try {
    const record = readRecord(world, id);
    return record !== undefined && observeState(world, record).process !== undefined;
  } catch {
    // Whether a damaged record runs cannot be told: `limpid rm -f` ends that.
    return true;
  }
}
