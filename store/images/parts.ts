import { LimpidError } from '../../base/error.ts';
import type { Digest, ImageConfig, ImageIndex, ImageManifest } from '../../spec/image.ts';
import { isIndexType } from '../../spec/manifest-kind.ts';
import { makeDirectories, renamePath } from '../../kernel/files.ts';
import { hasLayer } from '../layers/layer.ts';
import { layerDirectory, stagingDirectory, type StorePlace } from '../place.ts';
import { readDocument, removeBlob } from './blobs.ts';
import type { ImageEntry } from './entry.ts';

/** What images consist of: files below blobs/, directories below layers/. */
export interface ImageParts {
  readonly blobs: ReadonlySet<Digest>;
  readonly diffIds: ReadonlySet<Digest>;
  /** False where a document is damaged, so that there may be more. */
  readonly complete: boolean;
}

/** All that these entries refer to. */
export function partsOf(place: Pick<StorePlace, 'root'>, entries: readonly ImageEntry[]): ImageParts {
  const blobs = new Set<Digest>();
  const diffIds = new Set<Digest>();
  let complete = true;
  const document = <T>(digest: Digest): T | undefined => {
    const read = readOrNothing<T>(place, digest);
    if (read === undefined) complete = false;
    return read;
  };
  for (const { id, manifest, index } of entries) {
    for (const digest of [id, manifest.digest, index]) if (digest !== undefined) blobs.add(digest);
    const own = document<ImageIndex & ImageManifest>(manifest.digest);
    for (const { digest } of own?.layers ?? []) blobs.add(digest);
    // A list of manifests, made here, keeps what it takes to send those that it lists.
    for (const { digest } of own?.manifests ?? []) {
      const { config, layers = [] } = readOrNothing<Partial<ImageManifest>>(place, digest) ?? {};
      for (const part of [digest, config?.digest, ...layers.map((layer) => layer.digest)])
        if (part !== undefined) blobs.add(part);
    }
    // The id of a list says nothing.
    if (isIndexType(manifest.mediaType)) continue;
    for (const diffId of document<Partial<ImageConfig>>(id)?.rootfs?.diff_ids ?? []) diffIds.add(diffId);
  }
  return { blobs, diffIds, complete };
}

/**
 * Takes out of the store, of some parts, what no entry refers to any more, and answers the directories that are to be
 * removed now that nobody finds them. For who holds the store's lock. Where one of the images that stay is damaged, and
 * may need any of them, all stay: until it was repaired or removed, and somebody prunes.
 */
export function dropUnreferenced(
  place: StorePlace,
  parts: Pick<ImageParts, 'blobs' | 'diffIds'>,
  entries: readonly ImageEntry[],
): string[] {
  const kept = partsOf(place, entries);
  if (!kept.complete) return [];
  for (const digest of parts.blobs) if (!kept.blobs.has(digest)) removeBlob(place, digest);
  return [...parts.diffIds].flatMap((diffId) => (kept.diffIds.has(diffId) ? [] : takeLayerOut(place, diffId)));
}

/** By one rename: it is there whole or not at all. None there: nothing. */
export function takeLayerOut(place: StorePlace, diffId: Digest): string[] {
  if (!hasLayer(place, diffId)) return [];
  makeDirectories(stagingDirectory(place), 0o700);
  const gone = `${stagingDirectory(place)}/${GONE}${diffId.slice(diffId.indexOf(':') + 1)}-${process.pid}`;
  renamePath(layerDirectory(place, diffId), gone);
  return [gone];
}

/** Begins the names of layers in staging that are being removed. */
export const GONE = 'gone-';

function readOrNothing<T>(place: Pick<StorePlace, 'root'>, digest: Digest): T | undefined {
  try {
    return readDocument<T>(place, digest);
  } catch (error) {
    if (error instanceof LimpidError) return undefined;
    throw error;
  }
}
