import { openFileInRoot } from '../../../kernel/open-file.ts';
import { parseImageConfig, parseManifest } from '../../../spec/image-parse.ts';
import { MANIFEST_LIMIT_BYTES } from '../../../spec/manifest-kind.ts';
import { digestOf } from '../../../spec/digest.ts';
import { MEDIA_TYPE, type Descriptor, type ImageManifest } from '../../../spec/image.ts';
import type { ImageSource, ManifestBytes } from '../../../spec/image-transport.ts';
import { decompress } from '../compression.ts';
import { encodeManifest } from '../convert-manifest.ts';
import { badImages, noSuchImage } from '../fault.ts';
import { directoryFiles, type ImageFiles } from '../image-files.ts';
import { streamFile } from '../stream-file.ts';
import { streamOf } from '../stream-of.ts';
import { findRecord, foundNames } from './find-record.ts';
import { filesOfLayer, findStorage } from './find-storage.ts';
import { type ImageRecord, type LayerRecord, readImageRecords, readLayerChain } from './records.ts';
import { assembleTar } from './tar-split.ts';

const CONFIG_LIMIT_BYTES = 8 * 1024 * 1024;

/**
 * An image of podman, buildah or CRI-O on this machine, read as it lies there. Its layers are put together again as they
 * were unpacked; a manifest that names them compressed becomes one that names them plain.
 */
export function openContainersStorage(place: {
  path: string;
  reference: string;
  name: string;
}): ImageSource & { readonly names: readonly string[] } {
  const { root, driver } = findStorage(place.path, place.name);
  const files = directoryFiles(root, place.name);
  const records = readImageRecords(files, driver);
  const image = findRecord(records, place.reference);
  if (image === undefined)
    throw noSuchImage(
      place.name,
      place.reference,
      records.flatMap(({ names }) => names ?? []),
    );
  return { ...storedImage({ files, root, driver, image }), names: foundNames(image, place.reference) };
}

interface Stored {
  readonly files: ImageFiles;
  readonly root: string;
  readonly driver: string;
  readonly image: ImageRecord;
}

function storedImage(stored: Stored): ImageSource {
  const { files, image } = stored;
  let described: ReturnType<typeof describe> | undefined;
  const known = () => (described ??= describe(stored));
  return {
    name: files.name,
    async manifest(digest) {
      const { manifest } = known();
      if (digest !== undefined && digest !== manifest.digest)
        throw badImages(files.name, `it has no manifest "${digest}"`);
      return manifest;
    },
    async blob({ digest }) {
      const { config, layers } = known();
      const layer = layers.get(digest);
      if (layer !== undefined) return streamOf(layerBytes(stored, layer));
      if (digest === digestOf(config, digest)) return new Blob([config]).stream();
      throw badImages(files.name, `image "${image.id}" has no blob "${digest}"`);
    },
    async close() {},
  };
}

function describe(stored: Stored) {
  const { files, driver, image } = stored;
  const kept = readBigData(stored, 'manifest', MANIFEST_LIMIT_BYTES);
  const parsed = parseManifest(kept, undefined, `the manifest of "${files.name}"`);
  if (parsed.kind === 'index') throw badImages(files.name, 'it is a manifest list: name one of its images');
  const config = readBigData(stored, parsed.manifest.config.digest, CONFIG_LIMIT_BYTES);
  const { rootfs } = parseImageConfig(config, `the config of "${files.name}"`);
  const chain = readLayerChain(files, driver, image.layer);
  if (
    chain.length !== rootfs.diff_ids.length ||
    chain.some((layer, at) => layer['diff-digest'] !== rootfs.diff_ids[at])
  )
    throw badImages(files.name, 'its layers are not those that its config names');
  return {
    manifest: describePlain(kept, parsed.manifest, chain),
    config,
    layers: new Map(chain.map((layer) => [layer['diff-digest'], layer])),
  };
}

/** The manifest as it is, where its layers are plain; else one that names them as they can be read here. */
function describePlain(kept: Uint8Array, document: ImageManifest, chain: readonly LayerRecord[]): ManifestBytes {
  const isDocker = document.mediaType === MEDIA_TYPE.dockerManifest;
  const mediaType = document.mediaType ?? MEDIA_TYPE.ociManifest;
  const isPlain =
    document.layers.length === chain.length &&
    chain.every((layer, at) => layer['diff-digest'] === document.layers[at]!.digest);
  if (isPlain) return { bytes: kept, digest: digestOf(kept), mediaType };
  const layers = chain.map((layer, at): Descriptor => {
    const annotations = document.layers.length === chain.length ? document.layers[at]!.annotations : undefined;
    return {
      mediaType: isDocker ? MEDIA_TYPE.dockerLayer : MEDIA_TYPE.ociLayer,
      digest: layer['diff-digest'],
      size: layer['diff-size'],
      ...(annotations === undefined ? {} : { annotations }),
    };
  });
  return encodeManifest({ ...document, mediaType, layers });
}

function layerBytes({ root, driver, files }: Stored, { id }: LayerRecord): AsyncGenerator<Uint8Array> {
  const path = `${driver}-layers/${id}.tar-split.gz`;
  if (files.size(path) === undefined)
    throw badImages(files.name, `of its layer "${id}" it has not kept what tar-split needs`, 'use `podman save` there');
  const directory = `${root}/${filesOfLayer(driver, id)}`;
  const content = (inside: string, size: number) => {
    const file = openFileInRoot(directory, inside);
    if (file?.sizeBytes() === size) return streamFile(file, { offset: 0, length: size, close: true });
    file?.close();
    const why = file === undefined ? 'is missing' : 'has changed';
    throw badImages(files.name, `file "${inside}" of its layer "${id}" ${why}`);
  };
  return assembleTar(decompress(files.stream(path), 'gzip'), content, files.name);
}

/** What containers/storage keeps beside an image's record; a name that is no plain one is written in base64. */
function readBigData({ files, driver, image }: Stored, key: string, limitBytes: number): Uint8Array {
  const file = /^[\w.-]+$/.test(key) ? key : `=${btoa(key)}`;
  return files.document(`${driver}-images/${image.id}/${file}`, limitBytes);
}
