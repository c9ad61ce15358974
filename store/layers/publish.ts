import { statPath } from '../../kernel/file-status.ts';
import { makeDirectories, renamePath, syncDirectory } from '../../kernel/files.ts';
import type { Digest } from '../../spec/image.ts';
import { blobPath, imagesDirectory, layerDirectory, type StorePlace } from '../place.ts';

type Place = Pick<StorePlace, 'root'>;

/** A synced file becomes a blob of the store, by one rename. */
export function publishBlob(place: Place, aside: string, digest: Digest): void {
  const path = blobPath(place, digest);
  const directory = path.slice(0, path.lastIndexOf('/'));
  const isNew = statPath(directory) === undefined;
  makeDirectories(directory, 0o755);
  renamePath(aside, path);
  syncDirectory(directory);
  if (isNew) syncDirectory(`${imagesDirectory(place)}/blobs`);
}

/**
 * A synced directory becomes a layer of the store. One that is there already is moved to `old`: between the two renames
 * there is none, and a command that is killed there leaves one to be pulled again.
 */
export function publishLayer(place: Place, aside: string, diffId: Digest, old: string): void {
  const path = layerDirectory(place, diffId);
  const directory = path.slice(0, path.lastIndexOf('/'));
  makeDirectories(directory, 0o700);
  if (statPath(path) !== undefined) renamePath(path, old);
  renamePath(aside, path);
  syncDirectory(directory);
}
