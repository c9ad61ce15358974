import type { ImageEntry } from '../../store/images/entry.ts';
import { entriesVersion, lockEntries, readEntries } from '../../store/images/index-file.ts';
import type { ContainerConfig } from '../config.ts';
import { removeRecord } from '../containers/remove.ts';
import type { NewRecord } from '../records/write.ts';
import type { World } from '../world.ts';
import { noSuchImage } from './find.ts';

/**
 * Writes a container's record, and afterwards looks whether its image is still there: whoever removes one takes it out of
 * the index first, and looks for records afterwards. So of the two, one sees the other. Throws ENOIMAGE; then nothing is left.
 */
export async function recordWithImage(
  world: World,
  { rootfs, image }: ContainerConfig,
  write: () => NewRecord,
): Promise<NewRecord> {
  const before = entriesVersion(world);
  if (!isThere(readEntries(world))) throw noSuchImage(image);
  const record = write();
  // The same file as before: nobody has taken it out. Otherwise under the lock, where no removal is half done.
  if (entriesVersion(world) === before || lockEntries(world, ({ entries }) => isThere(entries))) return record;
  await removeRecord(world, record);
  record.lock.release();
  throw noSuchImage(image);

  function isThere(entries: readonly ImageEntry[]): boolean {
    return rootfs.kind === 'image' && entries.some(({ id }) => id === rootfs.id);
  }
}
