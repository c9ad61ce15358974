import { LimpidError } from '../../base/error.ts';
import { openFile } from '../../kernel/open-file.ts';
import { isIndexType } from '../../spec/manifest-kind.ts';
import { digestOf } from '../../spec/digest.ts';
import type { Descriptor, Digest, ImageConfig, ImageManifest } from '../../spec/image.ts';
import type { ImageSource, ManifestBytes } from '../../spec/image-transport.ts';
import { hasBlob, readBlob, readDocument } from '../../store/images/blobs.ts';
import type { ImageEntry } from '../../store/images/entry.ts';
import { readLayerFacts } from '../../store/layers/layer.ts';
import { blobPath } from '../../store/place.ts';
import { innerMediaType } from '../../store/transports/layout.ts';
import { compressionOf, typeOfCompression } from '../../store/transports/compression.ts';
import { encodeManifest } from '../../store/transports/convert-manifest.ts';
import { streamFile } from '../../store/transports/stream-file.ts';
import type { World } from '../world.ts';

/** An image or manifest list of the store, on its way out. `notice` hears where it is not quite what was pulled. */
export function storedSource(world: World, entry: ImageEntry, notice?: (line: string) => void): ImageSource {
  const name = entry.name ?? entry.id;
  let top: ManifestBytes | undefined;
  return {
    name,
    async manifest(digest = entry.manifest.digest) {
      if (digest === entry.manifest.digest) return (top ??= topManifest(world, entry, notice));
      const bytes = readBlob(world, digest);
      return { bytes, digest, mediaType: innerMediaType(bytes) };
    },
    async blob({ digest }) {
      const file = openFile(blobPath(world, digest));
      if (file === undefined) throw missingBlob(name, digest);
      return streamFile(file, { offset: 0, length: file.sizeBytes(), close: true });
    },
    async close() {},
  };
}

function topManifest(world: World, { manifest, name, id }: ImageEntry, notice?: (line: string) => void): ManifestBytes {
  const bytes = readBlob(world, manifest.digest);
  if (isIndexType(manifest.mediaType)) return { bytes, digest: manifest.digest, mediaType: manifest.mediaType };
  const document = JSON.parse(new TextDecoder().decode(bytes)) as ImageManifest;
  if (document.layers.every(({ digest }) => hasBlob(world, digest)))
    return { bytes, digest: digestOf(bytes, manifest.digest), mediaType: manifest.mediaType };
  // The same layer came with another image before, compressed in another way, and was not fetched again.
  const { rootfs } = readDocument<ImageConfig>(world, id);
  const layers = document.layers.map((layer, at) => keptLayer(world, layer, rootfs.diff_ids[at]!, name ?? id));
  notice?.('Some of its layers are here in another compression: its digest will be another');
  return encodeManifest({ ...document, mediaType: manifest.mediaType, layers });
}

/** The blob that a layer was unpacked from here, as a descriptor of the same family. */
function keptLayer(world: World, layer: Descriptor, diffId: Digest, name: string): Descriptor {
  if (hasBlob(world, layer.digest)) return layer;
  const digest = readLayerFacts(world, diffId)?.blob;
  const file = digest === undefined ? undefined : openFile(blobPath(world, digest));
  if (file === undefined) throw missingBlob(name, layer.digest);
  try {
    const compression = compressionOf(file.read(0, 4));
    return { mediaType: typeOfCompression(layer.mediaType, compression), digest: digest!, size: file.sizeBytes() };
  } finally {
    file.close();
  }
}

function missingBlob(name: string, digest: Digest): LimpidError {
  return new LimpidError({
    code: 'EBLOB',
    doing: 'read',
    subject: `blob "${digest}" of image "${name}"`,
    why: 'it is not in the store',
    hint: '`limpid system check --repair` pulls again what is damaged',
  });
}
