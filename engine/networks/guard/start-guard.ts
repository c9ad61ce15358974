import { startGuard } from '../../../kernel/executor.ts';
import { statPath } from '../../../kernel/file-status.ts';
import type { Lock } from '../../../kernel/locks.ts';
import { allLeasesDirectory } from '../../../network/store/place.ts';
import type { World } from '../../world.ts';
import { guardPlace } from './guard-place.ts';

/** Starts the guard with its lock, which it has from us: there is never a moment at which another could start one too. */
export async function startGuardWith(world: World, lock: Lock): Promise<void> {
  const { batch } = guardPlace(world);
  try {
    if (statPath(batch) === undefined) {
      const { writeGuardBatch } = await import('./write-batch.ts');
      writeGuardBatch(world);
    }
    startGuard(await world.executor, lock.fd, batch, allLeasesDirectory(world));
  } finally {
    lock.release();
  }
}
