import { listDirectory } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';
import { parseImageConfig, parseManifest } from '../../spec/image-parse.ts';
import { isIndexType, MANIFEST_LIMIT_BYTES } from '../../spec/manifest-kind.ts';
import { MEDIA_TYPE, type ImageConfig } from '../../spec/image.ts';
import { hasLayer } from '../layers/layer.ts';
import { blobPath, imagesDirectory, type StorePlace } from '../place.ts';
import { blobDamage, readBlob } from './blobs.ts';
import { platformOf } from './check-image.ts';
import { entryDescriptor, type ImageEntry } from './entry.ts';
import { writeIndex } from './index-file.ts';
import { layerBytes } from './layer-bytes.ts';

type Place = Pick<StorePlace, 'root'>;

/**
 * A new index for a store whose own is damaged: of each manifest among the blobs whose image is whole. What they were
 * called nobody knows any more. Answers how many there are.
 */
export function rebuildIndex(place: Place): number {
  const entries = listDirectory(`${imagesDirectory(place)}/blobs/sha256`).flatMap((hex): ImageEntry[] => {
    const entry = entryOf(place, `sha256:${hex}`);
    return entry === undefined ? [] : [entry];
  });
  writeIndex(place, entries.map(entryDescriptor));
  return entries.length;
}

function entryOf(place: Place, digest: string): ImageEntry | undefined {
  const size = statPath(blobPath(place, digest))?.sizeBytes ?? 0;
  if (size > MANIFEST_LIMIT_BYTES || blobDamage(place, digest) !== undefined) return undefined;
  try {
    const parsed = parseManifest(readBlob(place, digest), undefined, digest);
    if (parsed.kind === 'index') return undefined;
    const { config, mediaType = MEDIA_TYPE.ociManifest } = parsed.manifest;
    const image: ImageConfig = parseImageConfig(readBlob(place, config.digest), config.digest);
    const { diff_ids: diffIds } = image.rootfs;
    if (isIndexType(mediaType) || !diffIds.every((diffId) => hasLayer(place, diffId))) return undefined;
    return {
      id: config.digest,
      manifest: { mediaType, digest, size },
      platform: platformOf(image),
      created: image.created ?? '',
      sizeBytes: diffIds.reduce((sum, diffId) => sum + layerBytes(place, diffId), 0),
    };
  } catch {
    // Not each blob is a manifest.
    return undefined;
  }
}
