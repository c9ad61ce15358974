import { MEDIA_TYPE } from './image.ts';

/** More than that is no manifest: the distribution spec asks registries to take 4 MiB. */
export const MANIFEST_LIMIT_BYTES = 4 * 1024 * 1024;

/** Whether what is called so lists manifests. */
export function isIndexType(mediaType: string): boolean {
  return mediaType === MEDIA_TYPE.ociIndex || mediaType === MEDIA_TYPE.dockerManifestList;
}
