import type { World } from '../world.ts';
import { lookUpImage } from './find.ts';

/** Whether a name or an id means an image of the store. Throws EAMBIGUOUS. */
export function imageExists(world: World, text: string): boolean {
  return lookUpImage(world, text) !== undefined;
}
