import { LimpidError } from '../../base/error.ts';
import { digestOf } from '../../spec/digest.ts';
import { MEDIA_TYPE, type Descriptor, type ImageManifest } from '../../spec/image.ts';
import type { ManifestBytes } from '../../spec/image-transport.ts';

export type ManifestFormat = 'oci' | 'v2s2';

/** Each media type in both families. Docker has a name for zstd, which its own engine writes and reads. */
const TYPES: readonly (readonly [oci: string, docker: string])[] = [
  [MEDIA_TYPE.ociManifest, MEDIA_TYPE.dockerManifest],
  [MEDIA_TYPE.ociConfig, MEDIA_TYPE.dockerConfig],
  [MEDIA_TYPE.ociLayer, MEDIA_TYPE.dockerLayer],
  [MEDIA_TYPE.ociLayerGzip, MEDIA_TYPE.dockerLayerGzip],
];

/** Whether a manifest is of a family already. */
export function isOfFormat({ mediaType }: Pick<ManifestBytes, 'mediaType'>, format: ManifestFormat): boolean {
  return mediaType === (format === 'oci' ? MEDIA_TYPE.ociManifest : MEDIA_TYPE.dockerManifest);
}

/**
 * The same image, its blobs untouched, as the other family describes it. Throws ECONVERT where that has no words for
 * it: zstd layers, annotations or subjects in Docker's.
 */
export function convertManifest(document: ImageManifest, format: ManifestFormat, name: string): ImageManifest {
  const convert = ({ mediaType, size, digest, annotations, urls }: Descriptor): Descriptor => ({
    mediaType: convertType(mediaType, format, name),
    ...(format === 'v2s2' ? { size, digest } : { digest, size }),
    ...(urls === undefined ? {} : { urls }),
    ...(format === 'oci' && annotations !== undefined ? { annotations } : {}),
  });
  const { annotations, subject } = document;
  if (format === 'v2s2' && subject !== undefined)
    throw cannotConvert(name, "Docker's manifests cannot say that they belong to another");
  return {
    schemaVersion: 2,
    mediaType: format === 'oci' ? MEDIA_TYPE.ociManifest : MEDIA_TYPE.dockerManifest,
    config: convert(document.config),
    layers: document.layers.map(convert),
    ...(format === 'oci' && annotations !== undefined ? { annotations } : {}),
  };
}

function convertType(mediaType: string, format: ManifestFormat, name: string): string {
  for (const [oci, docker] of TYPES) {
    if (mediaType === oci || mediaType === docker) return format === 'oci' ? oci : docker;
  }
  if (format === 'oci' && mediaType === 'application/vnd.docker.image.rootfs.diff.tar.zstd')
    return MEDIA_TYPE.ociLayerZstd;
  if (format === 'oci' && mediaType.startsWith('application/vnd.oci.')) return mediaType;
  throw cannotConvert(
    name,
    `it has a part of type "${mediaType}", which ${format === 'oci' ? "OCI's" : "Docker's"} manifests do not know`,
  );
}

/** A manifest as bytes, with the digest that follows. */
export function encodeManifest(document: ImageManifest): ManifestBytes {
  const { schemaVersion, mediaType, artifactType, config, layers, ...rest } = document;
  // In the order of the specification; what is not there stays away.
  const ordered = { schemaVersion, mediaType, artifactType, config, layers, ...rest };
  const bytes = new TextEncoder().encode(JSON.stringify(ordered));
  return { bytes, digest: digestOf(bytes), mediaType: document.mediaType! };
}

function cannotConvert(name: string, why: string): LimpidError {
  return new LimpidError({
    code: 'ECONVERT',
    doing: 'convert',
    subject: `"${name}"`,
    why,
    hint: 'keep its format, or compress its layers anew with --compression-format gzip',
  });
}
