import type { Descriptor, Digest, ImageManifest } from '../../spec/image.ts';
import type { BlobMount } from '../../spec/image-transport.ts';
import { parseReference, type ImageReference } from '../../spec/reference.ts';
import { LimpidError } from '../../base/error.ts';
import { readDocument } from '../../store/images/blobs.ts';
import { readEntries } from '../../store/images/index-file.ts';
import type { World } from '../world.ts';

/** Which blob another repository of a registry is likely to have: those whose images are known here by its name. */
export function blobMounts(
  world: World,
  { registry, repository }: ImageReference,
): (descriptor: Descriptor) => BlobMount | undefined {
  const places = new Map<Digest, string>();
  for (const { name, manifest } of readEntries(world)) {
    const other = name === undefined ? undefined : referenceOf(name);
    if (other?.registry !== registry || other.repository === repository) continue;
    for (const { digest } of blobsOf(world, manifest.digest)) places.set(digest, other.repository);
  }
  return ({ digest }) => {
    const from = places.get(digest);
    return from === undefined ? undefined : { from };
  };
}

function referenceOf(name: string): ImageReference | undefined {
  try {
    return parseReference(name);
  } catch {
    return undefined;
  }
}

/** A damaged image is no reason not to push another. */
function blobsOf(world: World, manifest: Digest): readonly Descriptor[] {
  try {
    const { layers = [], config } = readDocument<Partial<ImageManifest>>(world, manifest);
    return config === undefined ? layers : [...layers, config];
  } catch (error) {
    if (error instanceof LimpidError) return [];
    throw error;
  }
}
