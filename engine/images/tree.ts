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
  /** Those that images of this machine have right on top of it. */
  readonly above: readonly TreeLayer[];
}

export interface ImageTree {
  readonly image: StoredImage;
  /** The base first. */
  readonly layers: readonly TreeLayer[];
}

/** An image's layers, which images end with each, and what is built on them. Throws ENOIMAGE. */
export function imageTree(world: World, text: string): ImageTree {
  const image = findImage(world, text);
  const own = imageConfig(world, image.id).rootfs.diff_ids;
  const all = listImages(world).map((other) => ({ names: tagsOf(other), diffIds: diffIdsOf(world, other.id) }));
  const layer = (chain: readonly Digest[]): TreeLayer => {
    const having = all.filter(({ diffIds }) => startsWith(diffIds, chain));
    const ending = having.filter(({ diffIds }) => diffIds.length === chain.length);
    const next = new Set(having.flatMap(({ diffIds }) => diffIds[chain.length] ?? []));
    const diffId = chain.at(-1)!;
    return {
      diffId,
      sizeBytes: layerBytes(world, diffId),
      topOf: ending.flatMap(({ names }) => names),
      get above() {
        return [...next].map((one) => layer([...chain, one]));
      },
    };
  };
  return { image, layers: own.map((_, depth) => layer(own.slice(0, depth + 1))) };
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
