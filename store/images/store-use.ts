import { makeDirectories } from '../../kernel/files.ts';
import { tryLock, tryShare, type Lock } from '../../kernel/locks.ts';
import { imagesDirectory, type StorePlace } from '../place.ts';

type Place = Pick<StorePlace, 'root'>;

const LOOK_MS = 20;

/**
 * Says that images are on their way into the store, until it is released or its process dies: what nothing refers to
 * yet is not cleared away meanwhile.
 */
export async function shareStore(place: Place): Promise<Lock> {
  for (;;) {
    makeDirectories(imagesDirectory(place), 0o700);
    const lock = tryShare(path(place));
    if (lock !== 'busy' && lock !== 'absent') return lock;
    await Bun.sleep(LOOK_MS);
  }
}

/** For who clears away what nothing refers to; `undefined` while an image is on its way. */
export function ownStore(place: Place): Lock | undefined {
  makeDirectories(imagesDirectory(place), 0o700);
  const lock = tryLock(path(place));
  return lock === 'busy' || lock === 'absent' ? undefined : lock;
}

function path(place: Place): string {
  return `${imagesDirectory(place)}/use`;
}
