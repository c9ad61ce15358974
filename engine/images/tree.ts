import type { Digest } from '../../spec/image.ts';
import { LimpidError } from '../../base/error.ts';
import { layerBytes } from '../../store/images/layer-bytes.ts';
import type { World } from '../world.ts';
import { findImage, tagsOf, type StoredImage } from './find.ts';
import { imageConfig } from './image-config.ts';
import { listImages } from './list.ts';

export interface TreeLayer {
  readonly diffId: Digest;
  readonly sizeBytes: number;
  /** Names of the images whose topmost layer this is. */
  readonly topOf: readonly string[];
}

export interface ImageTree {
  readonly image: StoredImage;
  /** The base first. */
  readonly layers: readonly TreeLayer[];
  /** Images that have all of these layers and more on top. */
  readonly builtOnIt: readonly StoredImage[];
}

/** An image's layers, which images end with each, and which are built on it. Throws ENOIMAGE. */
export function imageTree(world: World, text: string): ImageTree {
  const image = findImage(world, text);
  const own = imageConfig(world, image.id).rootfs.diff_ids;
  const others = listImages(world).map((other) => ({ other, diffIds: diffIdsOf(world, other.id) }));
  const layers = own.map((diffId, depth): TreeLayer => {
    const chain = own.slice(0, depth + 1);
    const ending = others.filter(({ diffIds }) => diffIds.length === chain.length && startsWith(diffIds, chain));
    return { diffId, sizeBytes: layerBytes(world, diffId), topOf: ending.flatMap(({ other }) => tagsOf(other)) };
  });
  const above = others.filter(({ diffIds }) => diffIds.length > own.length && startsWith(diffIds, own));
  return { image, layers, builtOnIt: above.map(({ other }) => other) };
}

function startsWith(diffIds: readonly Digest[], chain: readonly Digest[]): boolean {
  return chain.every((diffId, depth) => diffIds[depth] === diffId);
}

/** A damaged image has no layers to compare. */
function diffIdsOf(world: World, id: Digest): readonly Digest[] {
  try {
    return imageConfig(world, id).rootfs.diff_ids;
  } catch (error) {
    if (error instanceof LimpidError) return [];
    throw error;
  }
}
