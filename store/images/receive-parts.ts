import { LimpidError } from '../../base/error.ts';
import { CONFIG_LIMIT_BYTES, parseImageConfig } from '../../spec/image-parse.ts';
import type { ImageSource, ManifestBytes } from '../../spec/image-transport.ts';
import type { Descriptor, Digest, ImageConfig } from '../../spec/image.ts';
import type { StorePlace } from '../place.ts';
import { hasBlob, wholeBlob, writeBlob } from './blobs.ts';
import { checkImageManifest, checkPlatform, diffIdsOf, platformOf } from './check-image.ts';
import { chooseManifest, type ChosenManifest } from './choose-manifest.ts';
import { lockEntries } from './index-file.ts';
import { hasLayers } from './known-image.ts';
import { layerBytes } from './layer-bytes.ts';
import { withNames } from './names.ts';
import { readWhole } from './read-whole.ts';
import type { ReceivedImage, ReceiveOptions } from './receive-image.ts';
import { receiveLayers } from './receive-layers.ts';
import { shareStore } from './store-use.ts';

/** The rest of `receiveImage`, for an image that is not in the store as it is: `top` is what its source was opened for. */
export async function receiveParts(
  place: StorePlace,
  source: ImageSource,
  top: ManifestBytes,
  options: ReceiveOptions,
): Promise<ReceivedImage> {
  const chosen = await chooseManifest(source, top, options.platform);
  checkImageManifest(chosen.manifest, source.name);
  const { config, bytes } = await receiveConfig(place, source, chosen.manifest.config);
  const diffIds = diffIdsOf(config, chosen.manifest, source.name);
  if (!options.anyPlatform) checkPlatform(config, options.platform, source.name);
  // From here to the end nobody prunes layers that nothing refers to yet.
  const use = await shareStore(place);
  try {
    for (;;) {
      await receiveLayers(place, source, { layers: chosen.manifest.layers, diffIds }, options.progress);
      const received = commit(place, { chosen, config, configBytes: bytes, diffIds }, options);
      // Somebody has removed an image with one of these layers meanwhile.
      if (received !== undefined) return received;
    }
  } finally {
    use.release();
  }
}

/** Kept in memory until all layers are there: an image that fails leaves nothing. */
async function receiveConfig(
  place: StorePlace,
  source: ImageSource,
  descriptor: Descriptor,
): Promise<{ readonly config: ImageConfig; readonly bytes: Uint8Array }> {
  const name = `the config of ${source.name}`;
  if (descriptor.size > CONFIG_LIMIT_BYTES) {
    const why = `it has ${descriptor.size} bytes, ${CONFIG_LIMIT_BYTES} may be`;
    throw new LimpidError({ code: 'EBLOB', doing: 'receive', subject: name, why });
  }
  const bytes =
    wholeBlob(place, descriptor.digest) ?? (await readWhole(await source.blob(descriptor), descriptor, name));
  return { config: parseImageConfig(bytes, name), bytes };
}

interface WholeImage {
  readonly chosen: ChosenManifest;
  readonly config: ImageConfig;
  readonly configBytes: Uint8Array;
  readonly diffIds: readonly Digest[];
}

/** Makes it visible; `undefined` where a part of it was removed meanwhile. */
function commit(place: StorePlace, { chosen, config, configBytes, diffIds }: WholeImage, { names }: ReceiveOptions) {
  const { digest, mediaType, bytes, manifest, indexes } = chosen;
  const configDocument = { digest: manifest.config.digest, bytes: configBytes };
  for (const document of [configDocument, ...indexes, { digest, bytes }])
    writeBlob(place, document.digest, document.bytes);
  const documents = [digest, manifest.config.digest, ...indexes.map((index) => index.digest)];
  const index = indexes[0]?.digest;
  return lockEntries(place, ({ entries, replace }): ReceivedImage | undefined => {
    if (!hasLayers(place, diffIds, manifest.layers)) return undefined;
    if (!documents.every((document) => hasBlob(place, document))) return undefined;
    const image = {
      id: manifest.config.digest,
      manifest: { mediaType, digest, size: bytes.length },
      platform: platformOf(config),
      created: config.created ?? '',
      sizeBytes: layersBytes(place, diffIds),
      ...(index === undefined ? {} : { index }),
    };
    const named = withNames(entries, image, names);
    replace(named);
    return {
      entry: names[0] === undefined ? image : { ...image, name: names[0] },
      entries: named.filter(({ id }) => id === image.id),
      changed: true,
    };
  });
}

/** Bytes of all layers, one that is there twice counted twice. */
function layersBytes(place: StorePlace, diffIds: readonly Digest[]): number {
  return diffIds.reduce((sum, diffId) => sum + layerBytes(place, diffId), 0);
}
