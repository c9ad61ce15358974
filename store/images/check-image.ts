import { LimpidError } from '../../base/error.ts';
import { isForeignLayer } from '../../spec/image-parse.ts';
import { MEDIA_TYPE, type Descriptor, type ImageConfig, type ImageManifest, type Platform } from '../../spec/image.ts';
import { platformText, runsOn } from './platform.ts';

const CONFIG_TYPES: readonly string[] = [MEDIA_TYPE.ociConfig, MEDIA_TYPE.dockerConfig];
/** Layers that are archives. Docker's own daemon writes `.tar` where image-spec has no suffix. */
const LAYER_TYPES: readonly string[] = [
  MEDIA_TYPE.ociLayer,
  MEDIA_TYPE.ociLayerGzip,
  MEDIA_TYPE.ociLayerZstd,
  MEDIA_TYPE.dockerLayer,
  MEDIA_TYPE.dockerLayerGzip,
  'application/vnd.docker.image.rootfs.diff.tar.zstd',
];
/** overlayfs takes no more (OVL_MAX_STACK). */
const LAYER_LIMIT = 500;
/** A config holds words, not files. */
const CONFIG_LIMIT_BYTES = 8 * 1024 * 1024;

/** Throws EMANIFEST for a manifest that is no image of ours to unpack: an artifact, foreign layers, too many of them. */
export function checkImageManifest({ artifactType, config, layers }: ImageManifest, name: string): void {
  const fault = (why: string, hint?: string) =>
    new LimpidError({ code: 'EMANIFEST', doing: 'use', subject: name, why, ...(hint === undefined ? {} : { hint }) });
  if (!CONFIG_TYPES.includes(config.mediaType))
    throw fault(`it is no image but an artifact of type "${artifactType ?? config.mediaType}"`);
  if (config.size > CONFIG_LIMIT_BYTES)
    throw fault(`its config has ${config.size} bytes, ${CONFIG_LIMIT_BYTES} may be`);
  if (layers.length > LAYER_LIMIT) throw fault(`it has ${layers.length} layers, ${LAYER_LIMIT} may be`);
  for (const layer of layers) checkLayer(layer, fault);
}

function checkLayer({ mediaType, urls, digest }: Descriptor, fault: (why: string, hint?: string) => LimpidError): void {
  if (isForeignLayer(mediaType) || (urls !== undefined && urls.length > 0))
    throw fault(`its layer ${digest} is foreign: kept elsewhere, at places that the image names`);
  if (mediaType.endsWith('+encrypted')) throw fault(`its layer ${digest} is encrypted`, 'decryption is not supported');
  if (!LAYER_TYPES.includes(mediaType)) throw fault(`its layer ${digest} is of the unknown type "${mediaType}"`);
}

/** The diffIDs, one for each layer of the manifest, in order. Throws ECONFIG where the two do not agree. */
export function diffIdsOf({ rootfs }: ImageConfig, { layers }: ImageManifest, name: string): readonly string[] {
  const { diff_ids: diffIds } = rootfs;
  if (diffIds.length === layers.length) return diffIds;
  throw new LimpidError({
    code: 'ECONFIG',
    doing: 'use',
    subject: `the config of ${name}`,
    why: `it has ${diffIds.length} diff_ids for ${layers.length} layers`,
  });
}

/** Throws EPLATFORM for an image that cannot run here and was not asked for by its platform. */
export function checkPlatform(config: ImageConfig, wanted: Platform, name: string): void {
  const made = platformOf(config);
  if (runsOn(made, wanted)) return;
  throw new LimpidError({
    code: 'EPLATFORM',
    doing: 'use',
    subject: name,
    why: `it is for ${platformText(made)}, not for ${platformText(wanted)}`,
    hint: `take it all the same with --platform ${platformText(made)}`,
  });
}

export function platformOf({ os, architecture, variant }: ImageConfig): Platform {
  return { os, architecture, ...(variant === undefined || variant === '' ? {} : { variant }) };
}
