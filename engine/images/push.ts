import { LimpidError } from '../../base/error.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import { digestOf } from '../../spec/digest.ts';
import { isIndexType } from '../../spec/manifest-kind.ts';
import { MEDIA_TYPE, type Digest, type ImageIndex } from '../../spec/image.ts';
import type { ImageSource } from '../../spec/image-transport.ts';
import type { ImageEntry } from '../../store/images/entry.ts';
import { readEntries } from '../../store/images/index-file.ts';
import {
  convertManifest,
  encodeManifest,
  isOfFormat,
  type ManifestFormat,
} from '../../store/transports/convert-manifest.ts';
import { copyImage, type OpenImage } from '../../store/transports/copy-image.ts';
import { recompressImage, type RecompressedImage } from '../../store/transports/recompress.ts';
import type { World } from '../world.ts';
import { findImage, tagsOf, type StoredImage } from './find.ts';
import { blobMounts } from './blob-mounts.ts';
import { findList } from './manifest-list.ts';
import { removeManifestList } from './manifest-remove.ts';
import { openImageDestination } from './open-destination.ts';
import { checkResultFile, writeResultFile } from './result-file.ts';
import { storedSource } from './stored-source.ts';

export interface PushOptions {
  /** Another name, or a transport; the image's own name unless said. */
  readonly destination?: string;
  readonly registry?: RegistryOptions;
  /** OCI's or Docker's manifest; as it is unless said. */
  readonly format?: ManifestFormat;
  /** Compress the layers anew, where they are not so already. */
  readonly compression?: 'gzip' | 'zstd';
  /** Of a manifest list, only itself: the images are there. */
  readonly indexOnly?: boolean;
  /** Where to write the digest that it has there. */
  readonly digestFile?: string;
  readonly progress?: (line: string) => void;
}

/** To a registry, blobs go side by side. */
const SIDE_BY_SIDE = 3;

/** Sends an image or a manifest list of the store to a registry, an archive, a directory. Answers the digest it has there. */
export async function pushImage(world: World, text: string, options: PushOptions = {}): Promise<Digest> {
  const image = findImage(world, text);
  const { entry } = image;
  const to = options.destination ?? ownName(image, text);
  if (options.digestFile !== undefined) checkResultFile(options.digestFile);
  const source = storedSource(world, entry, options.progress);
  const digest = await sendImage(world, { source, entry, to }, options);
  if (options.digestFile !== undefined) writeResultFile(options.digestFile, digest);
  return digest;
}

/** As `pushImage`, for a manifest list with its images. Throws ENOLIST for what is an image. */
export async function pushManifestList(
  world: World,
  text: string,
  { removeAfterwards = false, ...options }: PushOptions & { readonly removeAfterwards?: boolean } = {},
): Promise<Digest> {
  findList(world, readEntries(world), text);
  const digest = await pushImage(world, text, options);
  if (removeAfterwards) await removeManifestList(world, text);
  return digest;
}

interface Sending {
  readonly source: ImageSource;
  readonly entry: ImageEntry;
  readonly to: string;
}

async function sendImage(world: World, { source: stored, entry, to }: Sending, options: PushOptions): Promise<Digest> {
  const { progress, indexOnly = false } = options;
  const source = isIndexType(entry.manifest.mediaType) ? sourceOfList(stored, entry, options) : stored;
  const opened = await openImageDestination(world, to, options.registry ?? {});
  const { destination, registry } = opened;
  const conversion = new Conversion(world, options, source.name);
  try {
    return await copyImage(source, destination, {
      indexOnly,
      convert: (image) => conversion.convert(image),
      ...(progress === undefined ? {} : { progress }),
      ...(registry === undefined ? {} : { mount: blobMounts(world, registry), parallel: SIDE_BY_SIDE }),
    });
  } finally {
    conversion.close();
    await destination.close();
    await source.close();
  }
}

/** What is to be changed of an image on its way, as the options say. */
class Conversion {
  readonly #world: World;
  readonly #options: PushOptions;
  readonly #name: string;
  #recompressed: RecompressedImage | undefined;

  constructor(world: World, options: PushOptions, name: string) {
    this.#world = world;
    this.#options = options;
    this.#name = name;
  }

  async convert(image: OpenImage): Promise<OpenImage> {
    const { compression, progress } = this.#options;
    // Docker's manifests have no word for zstd.
    const format = this.#options.format ?? (compression === 'zstd' ? 'oci' : undefined);
    if (compression !== undefined)
      this.#recompressed = await recompressImage(this.#world, image, compression, progress);
    const { manifest, document, blob } = this.#recompressed?.image ?? image;
    if (format === undefined || isOfFormat(manifest, format)) return { manifest, document, blob };
    const converted = convertManifest(document, format, this.#name);
    return { manifest: encodeManifest(converted), document: converted, blob };
  }

  close(): void {
    this.#recompressed?.close();
  }
}

/** A list may be called by the other family's name: its images stay what they are. Throws EOPTION. */
function sourceOfList(
  source: ImageSource,
  { name = '' }: ImageEntry,
  { format, compression }: PushOptions,
): ImageSource {
  if (compression !== undefined)
    throw new LimpidError({
      code: 'EOPTION',
      doing: 'push',
      subject: `manifest list "${name}"`,
      why: 'it names its images by digest, which another compression would change',
    });
  if (format === undefined) return source;
  return {
    ...source,
    async manifest(digest) {
      const { bytes, ...manifest } = await source.manifest(digest);
      if (digest !== undefined) return { bytes, ...manifest };
      const index = JSON.parse(new TextDecoder().decode(bytes)) as ImageIndex;
      const mediaType = format === 'oci' ? MEDIA_TYPE.ociIndex : MEDIA_TYPE.dockerManifestList;
      const converted = new TextEncoder().encode(JSON.stringify({ ...index, mediaType }));
      return { bytes: converted, digest: digestOf(converted), mediaType };
    },
  };
}

/** Where an image goes of itself: to the name that it was called by, else to its only one. */
function ownName(image: StoredImage, text: string): string {
  const { id, entry } = image;
  const names = tagsOf(image);
  if (entry.name === undefined) throw noDestination(text, 'it has no name that would say where to');
  const isById = id === text || id.slice(id.indexOf(':') + 1).startsWith(text);
  if (names.length < 2 || !isById || entry.name.includes(text)) return entry.name;
  throw noDestination(text, `it has several names: ${names.join(', ')}`);
}

function noDestination(text: string, why: string): LimpidError {
  return new LimpidError({
    code: 'EOPTION',
    doing: 'push',
    subject: `image "${text}"`,
    why,
    hint: `name a destination: limpid push ${text} docker://registry.example/name:tag`,
  });
}
