import type { ImageEntry } from '../../store/images/entry.ts';
import { readEntries } from '../../store/images/index-file.ts';
import type { World } from '../world.ts';
import type { StoredImage } from './find.ts';

/** All images, each with all of its names, in the order in which they came. */
export function listImages(world: World, entries: readonly ImageEntry[] = readEntries(world)): StoredImage[] {
  const byId = new Map<string, ImageEntry[]>();
  for (const entry of entries) {
    const known = byId.get(entry.id);
    if (known === undefined) byId.set(entry.id, [entry]);
    else known.push(entry);
  }
  const images: StoredImage[] = [];
  for (const [id, own] of byId) images.push({ id, entry: own[0]!, entries: own });
  return images;
}
