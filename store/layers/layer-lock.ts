import { makeDirectories } from '../../kernel/files.ts';
import { tryLock, type Lock } from '../../kernel/locks.ts';
import type { Digest } from '../../spec/image.ts';
import type { StorePlace } from '../place.ts';

/** Between two looks at a lock that somebody has who unpacks meanwhile. */
const PAUSE_MS = 20;

/** Whoever makes, repairs or removes a layer holds its lock; it ends with its holder. */
export async function lockLayer(
  place: Pick<StorePlace, 'runroot'>,
  diffId: Digest,
  signal?: AbortSignal,
): Promise<Lock> {
  for (;;) {
    signal?.throwIfAborted();
    const lock = tryLockLayer(place, diffId);
    if (lock !== 'busy') return lock;
    await Bun.sleep(PAUSE_MS);
  }
}

export function tryLockLayer({ runroot }: Pick<StorePlace, 'runroot'>, diffId: Digest): Lock | 'busy' {
  const directory = `${runroot}/layers`;
  makeDirectories(directory, 0o700);
  const lock = tryLock(`${directory}/${diffId.slice(diffId.indexOf(':') + 1)}`);
  if (lock === 'absent') return tryLockLayer({ runroot }, diffId);
  return lock;
}
