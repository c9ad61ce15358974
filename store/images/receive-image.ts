import { LimpidError } from '../../base/error.ts';
import { CONFIG_LIMIT_BYTES, parseImageConfig } from '../../spec/image-parse.ts';
import type { ImageSource } from '../../spec/image-transport.ts';
import type { Descriptor, Digest, ImageConfig, ImageManifest, Platform } from '../../spec/image.ts';
import { hasLayer } from '../layers/layer.ts';
import type { StorePlace } from '../place.ts';
import { blobDamage, hasBlob, readDocument, wholeBlob, writeBlob } from './blobs.ts';
import { checkImageManifest, checkPlatform, diffIdsOf, platformOf } from './check-image.ts';
import { checkManifest, chooseManifest, type ChosenManifest } from './choose-manifest.ts';
import type { ImageEntry } from './entry.ts';
import { lockEntries, readEntries } from './index-file.ts';
import { layerBytes } from './layer-bytes.ts';
import { withNames } from './names.ts';
import { runsOn } from './platform.ts';
import { readWhole } from './read-whole.ts';
import { receiveLayers, type LayerProgress } from './receive-layers.ts';
import { shareStore } from './store-use.ts';

export interface ReceiveOptions {
  readonly platform: Platform;
  /** An image for any other is taken as well, where there is no choice. */
  readonly anyPlatform?: boolean;
  /** Names that the image gets in the store, in full. */
  readonly names: readonly string[];
  /** What the source was asked for by digest. */
  readonly digest?: Digest;
  readonly progress?: LayerProgress;
}

export interface ReceivedImage {
  readonly entry: ImageEntry;
  /** False where all of it, names too, was there already. */
  readonly changed: boolean;
}

/**
 * Brings an image into the store: manifest, config, layers side by side, all checked and synced; then one rename of the
 * index makes it visible under its names. What fails or is killed before leaves nothing that anybody sees.
 */
export async function receiveImage(
  place: StorePlace,
  source: ImageSource,
  options: ReceiveOptions,
): Promise<ReceivedImage> {
  const given = await source.manifest();
  const top = checkManifest(given, { digest: options.digest ?? given.digest }, source);
  const known = await knownImage(place, top.digest, options);
  if (known !== undefined) return { entry: known, changed: false };
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
      const entry = commit(place, { chosen, config, configBytes: bytes, diffIds }, options);
      // Somebody has removed an image with one of these layers meanwhile.
      if (entry !== undefined) return { entry, changed: true };
    }
  } finally {
    use.release();
  }
}

/** The image with this very manifest or index, where it is whole and has the names already. */
async function knownImage(
  place: StorePlace,
  digest: Digest,
  { names, platform, anyPlatform = false }: ReceiveOptions,
): Promise<ImageEntry | undefined> {
  const same = readEntries(place).filter(({ manifest, index }) => manifest.digest === digest || index === digest);
  const entry = same.find(({ name }) => name !== undefined && names.includes(name)) ?? same[0];
  if (entry === undefined || !(anyPlatform || runsOn(entry.platform, platform))) return undefined;
  const hasNames = names.every((name) => same.some((other) => other.name === name && other.id === entry.id));
  if (!hasNames || [entry.id, entry.manifest.digest].some((part) => blobDamage(place, part) !== undefined))
    return undefined;
  const { rootfs } = readDocument<ImageConfig>(place, entry.id);
  const { layers } = readDocument<ImageManifest>(place, entry.manifest.digest);
  return hasLayers(place, rootfs.diff_ids, layers) ? entry : undefined;
}

/** Each unpacked, and as it came. */
function hasLayers(place: StorePlace, diffIds: readonly Digest[], layers: readonly Descriptor[]): boolean {
  return diffIds.every((diffId) => hasLayer(place, diffId)) && layers.every(({ digest }) => hasBlob(place, digest));
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
  return lockEntries(place, ({ entries, replace }): ImageEntry | undefined => {
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
    replace(withNames(entries, image, names));
    return names[0] === undefined ? image : { ...image, name: names[0] };
  });
}

/** Bytes of all layers, one that is there twice counted twice. */
function layersBytes(place: StorePlace, diffIds: readonly Digest[]): number {
  return diffIds.reduce((sum, diffId) => sum + layerBytes(place, diffId), 0);
}
