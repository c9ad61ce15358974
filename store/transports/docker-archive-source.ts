import { list, object, text } from '../../spec/decode.ts';
import { DigestHasher, digestOf } from '../../spec/digest.ts';
import { parseImageConfig } from '../../spec/image-parse.ts';
import { MEDIA_TYPE, type Descriptor, type Digest } from '../../spec/image.ts';
import type { ImageSource, ManifestBytes } from '../../spec/image-transport.ts';
import type { HeldImage, ImageCollection } from './collection.ts';
import { badImages, decodeDocument } from './fault.ts';
import type { ImageFiles } from './image-files.ts';

const LIST_LIMIT_BYTES = 16 * 1024 * 1024;
const CONFIG_LIMIT_BYTES = 8 * 1024 * 1024;
const GZIP = [0x1f, 0x8b];
const ZSTD = [0x28, 0xb5, 0x2f, 0xfd];

const manifestFile = list(object({ Config: text, RepoTags: list(text), Layers: list(text) }, ['Config']));

/** The images of what `docker save` writes. They have no manifest: one is made, of the layers as they lie there. */
export function openDockerArchive(files: ImageFiles): ImageCollection {
  const { name } = files;
  if (files.size('manifest.json') === undefined) {
    const old = files.size('repositories') === undefined ? undefined : 'save it anew with Docker 1.10 or later';
    throw badImages(name, 'it is no archive of images: it has no "manifest.json"', old);
  }
  const bytes = files.document('manifest.json', LIST_LIMIT_BYTES);
  const items = decodeDocument(name, 'manifest.json', bytes, manifestFile);
  return {
    name,
    images: items.map((item): HeldImage => ({
      names: item.RepoTags ?? [],
      source: archivedImage(files, item.Config, item.Layers ?? []),
    })),
    close: async () => files.close(),
  };
}

function archivedImage(files: ImageFiles, configPath: string, layerPaths: readonly string[]): ImageSource {
  let made: Promise<{ manifest: ManifestBytes; paths: ReadonlyMap<Digest, string> }> | undefined;
  const make = () => (made ??= describeImage(files, configPath, layerPaths));
  return {
    name: files.name,
    async manifest(digest) {
      const { manifest } = await make();
      if (digest !== undefined && digest !== manifest.digest)
        throw badImages(files.name, `it has no manifest "${digest}"`);
      return manifest;
    },
    async blob({ digest }) {
      const path = (await make()).paths.get(digest);
      if (path === undefined) throw badImages(files.name, `blob "${digest}" is missing`);
      return files.stream(path);
    },
    async close() {},
  };
}

async function describeImage(files: ImageFiles, configPath: string, layerPaths: readonly string[]) {
  const { name } = files;
  const config = files.document(configPath, CONFIG_LIMIT_BYTES);
  const { rootfs } = parseImageConfig(config, `"${configPath}" of "${name}"`);
  if (rootfs.diff_ids.length !== layerPaths.length)
    throw badImages(name, `it has ${layerPaths.length} layers, the config names ${rootfs.diff_ids.length}`);
  const layers: Descriptor[] = [];
  const paths = new Map<Digest, string>([[digestOf(config), configPath]]);
  for (const [index, path] of layerPaths.entries()) {
    const layer = await describeLayer(files, path, rootfs.diff_ids[index]!);
    layers.push(layer);
    paths.set(layer.digest, path);
  }
  // In this order, as skopeo and podman make it: the digest is over these bytes.
  const manifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.dockerManifest,
    config: { mediaType: MEDIA_TYPE.dockerConfig, size: config.length, digest: digestOf(config) },
    layers,
  };
  const bytes = new TextEncoder().encode(JSON.stringify(manifest));
  return { manifest: { bytes, digest: digestOf(bytes), mediaType: manifest.mediaType }, paths };
}

/** A plain layer has the digest that the config promises; of a compressed one it is computed here. */
async function describeLayer(files: ImageFiles, path: string, diffId: Digest): Promise<Descriptor> {
  const size = files.size(path);
  if (size === undefined) throw badImages(files.name, `its layer "${path}" is missing`);
  const start = files.start(path, 4);
  const mediaType = begins(start, GZIP)
    ? MEDIA_TYPE.dockerLayerGzip
    : begins(start, ZSTD)
      ? MEDIA_TYPE.ociLayerZstd
      : MEDIA_TYPE.dockerLayer;
  if (mediaType === MEDIA_TYPE.dockerLayer) return { mediaType, size, digest: diffId };
  const hasher = new DigestHasher();
  for await (const chunk of files.stream(path)) hasher.update(chunk);
  return { mediaType, size, digest: hasher.finish() };
}

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, index) => bytes[index] === byte);
}
