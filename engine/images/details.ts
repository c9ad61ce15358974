import { LimpidError } from '../../base/error.ts';
import type { Digest } from '../../spec/image.ts';
import type { World } from '../world.ts';
import type { StoredImage } from './find.ts';
import { imageConfig } from './image-config.ts';
import { containersByImage } from './in-use.ts';

export interface ImageFacts {
  readonly labels: Readonly<Record<string, string>>;
  /** How many were made from it. */
  readonly containers: number;
}

/** What lists show of images beyond the index: one small file for each is read. */
export function imageDetails(world: World, images: readonly StoredImage[]): Map<Digest, ImageFacts> {
  const users = containersByImage(world);
  const facts = images.map(({ id }): [Digest, ImageFacts] => {
    // A damaged image is listed all the same.
    const labels = labelsOf(world, id) ?? {};
    return [id, { labels, containers: users.get(id)?.length ?? 0 }];
  });
  return new Map(facts);
}

/** A list of manifests has none; those of a damaged image nobody knows. */
export function labelsOf(world: World, id: Digest): Readonly<Record<string, string>> | undefined {
  try {
    return imageConfig(world, id).config?.Labels ?? {};
  } catch (error) {
    if (error instanceof LimpidError) return error.code === 'ENOIMAGE' ? {} : undefined;
    throw error;
  }
}
