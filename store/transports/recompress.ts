import { isForeignLayer } from '../../spec/image-parse.ts';
import type { Descriptor, Digest } from '../../spec/image.ts';
import type { StorePlace } from '../place.ts';
import { compress, compressionOfType, typeOfCompression, type Compression } from './compression.ts';
import { encodeManifest } from './convert-manifest.ts';
import { verified, type OpenImage } from './copy-image.ts';
import { hashedSpool, type Spooled } from './hashed-spool.ts';
import { plainStream } from './open-archive.ts';
import { streamFile } from './stream-file.ts';

/** An image with other blobs than it had, which are there until closed. */
export interface RecompressedImage {
  readonly image: OpenImage;
  close(): void;
}

/** The image with each layer compressed as wanted. Those that are so already stay as they are. */
export async function recompressImage(
  place: Pick<StorePlace, 'root'>,
  { manifest, document, blob }: OpenImage,
  wanted: Exclude<Compression, 'none'>,
  progress?: (line: string) => void,
): Promise<RecompressedImage> {
  const made = new Map<Digest, Spooled>();
  const layers: Descriptor[] = [];
  for (const layer of document.layers) {
    if (isForeignLayer(layer.mediaType) || compressionOfType(layer.mediaType) === wanted) {
      layers.push(layer);
      continue;
    }
    progress?.(`Compressing blob ${layer.digest}`);
    const plain = await plainStream(verified(await blob(layer), layer), `layer ${layer.digest}`);
    const spooled = await hashedSpool(place, compress(plain, wanted), `layer ${layer.digest}`);
    made.set(spooled.digest, spooled);
    const { digest, size } = spooled;
    layers.push({ ...layer, mediaType: typeOfCompression(layer.mediaType, wanted), digest, size });
  }
  const image: OpenImage = {
    manifest: encodeManifest({ ...document, mediaType: manifest.mediaType, layers }),
    document: { ...document, mediaType: manifest.mediaType, layers },
    async blob(descriptor) {
      const own = made.get(descriptor.digest);
      if (own === undefined) return blob(descriptor);
      return streamFile(own.file, { offset: 0, length: own.size, close: false });
    },
  };
  return {
    image,
    close() {
      for (const { file } of made.values()) file.close();
    },
  };
}
