import { LimpidError } from '../../base/error.ts';
import type { Descriptor, ImageIndex } from '../../spec/image.ts';
import { readDocument } from '../../store/images/blobs.ts';
import type { ImageEntry } from '../../store/images/entry.ts';
import type { World } from '../world.ts';
import type { StoredImage } from './find.ts';
import { isList } from './manifest-list.ts';

/** A manifest list that names an image: without it, it could not be pushed. `undefined` where there is none. */
export function namingList(
  world: World,
  entries: readonly ImageEntry[],
  { entries: own }: StoredImage,
): ImageEntry | undefined {
  const digests = new Set(own.map(({ manifest }) => manifest.digest));
  return entries.find((entry) => isList(entry) && membersOf(world, entry).some(({ digest }) => digests.has(digest)));
}

/** What a damaged list names nobody knows. */
function membersOf(world: World, { manifest }: ImageEntry): readonly Descriptor[] {
  try {
    return readDocument<ImageIndex>(world, manifest.digest).manifests;
  } catch (error) {
    if (error instanceof LimpidError) return [];
    throw error;
  }
}
