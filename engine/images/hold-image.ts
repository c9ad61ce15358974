import type { Digest } from '../../spec/image.ts';
import type { ImageEntry } from '../../store/images/entry.ts';
import { entriesVersion, lockEntries, readEntries } from '../../store/images/index-file.ts';
import type { ContainerConfig } from '../config.ts';
import { removeRecord } from '../containers/remove.ts';
import type { NewRecord } from '../records/write.ts';
import type { World } from '../world.ts';
import { noSuchImage } from './find.ts';
import { imagesOf } from './in-use.ts';

/**
 * Writes a container's record, and afterwards looks whether its images are still there: whoever removes one takes it out of
 * the index first, and looks for records afterwards. So of the two, one sees the other. Throws ENOIMAGE; then nothing is left.
 */
export async function recordWithImage(
  world: World,
  config: ContainerConfig,
  write: () => NewRecord,
): Promise<NewRecord> {
  const before = entriesVersion(world);
  const images = imagesOf(config);
  const missing = missingOf(readEntries(world));
  if (missing !== undefined) throw noSuchImage(missing);
  const record = write();
  // The same file as before: nobody has taken one out. Otherwise under the lock, where no removal is half done.
  const gone = entriesVersion(world) === before ? undefined : lockEntries(world, ({ entries }) => missingOf(entries));
  if (gone === undefined) return record;
  await removeRecord(world, record);
  record.lock.release();
  throw noSuchImage(gone);

  /** As the user knows it. */
  function missingOf(entries: readonly ImageEntry[]): string | undefined {
    const id = images.find((id) => !entries.some((entry) => entry.id === id));
    return id === undefined ? undefined : nameOf(config, id);
  }
}

function nameOf({ rootfs, image, mounts }: ContainerConfig, id: Digest): string {
  if (rootfs.kind === 'image' && rootfs.id === id) return image;
  return mounts.find(({ imageId }) => imageId === id)?.source ?? id;
}
