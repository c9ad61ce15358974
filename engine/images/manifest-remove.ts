import { readEntries } from '../../store/images/index-file.ts';
import type { World } from '../world.ts';
import { findList } from './manifest-list.ts';
import { removeImage, type RemovedImage } from './remove.ts';

/** Removes a list, not the images in it. Throws ENOIMAGE, ENOLIST. */
export function removeManifestList(world: World, text: string): Promise<RemovedImage> {
  findList(world, readEntries(world), text);
  return removeImage(world, text);
}
