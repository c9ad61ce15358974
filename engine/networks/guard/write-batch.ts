import { makeDirectories, renamePath, writeFile } from '../../../kernel/files.ts';
import { waitLock } from '../../../kernel/locks.ts';
import { guardBatch } from '../../../network/firewall/guard.ts';
import { firewallTable } from '../../../network/firewall/table-name.ts';
import { listNetworks } from '../../../network/store/read.ts';
import type { World } from '../../world.ts';
import { guardPlace } from './guard-place.ts';

/**
 * Writes down what the guard is to hold: for whoever has changed the networks. Each looks at the networks with the lock in
 * hand, so the last one has seen all of them.
 */
export function writeGuardBatch(world: World): void {
  const { directory, batch, change } = guardPlace(world);
  makeDirectories(directory, 0o700);
  const lock = waitLock(change);
  try {
    writeFile(`${batch}.tmp`, guardBatch(firewallTable(world), listNetworks(world)), { mode: 0o600, sync: false });
    renamePath(`${batch}.tmp`, batch);
  } finally {
    if (lock !== 'absent') lock.release();
  }
}
