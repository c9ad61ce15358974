import { createFile } from '../../kernel/new-file.ts';
import { makeDirectories, removeFile, writeAll } from '../../kernel/files.ts';
import { MEDIA_TYPE, type Descriptor, type Digest } from '../../spec/image.ts';
import { stagingDirectory, type StorePlace } from '../place.ts';
import { publishBlob } from './publish.ts';
import { receiveLayer } from './receive-layer.ts';

export interface StoredLayer {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
  /** Of the archive, uncompressed. */
  readonly sizeBytes: number;
}

export interface StoreLayerOptions {
  /** Where the archive comes from, for messages. */
  readonly name: string;
  /** Of the blob that is kept; gzip unless said. */
  readonly compression?: 'gzip' | 'none';
}

/**
 * Makes a layer of a plain archive, such as `packLayer` gives: its blob and its files come into the store as those of a
 * pulled one, synced. The same archive is the same blob.
 */
export async function storeLayer(
  place: StorePlace,
  archive: ReadableStream<Uint8Array>,
  { name, compression = 'gzip' }: StoreLayerOptions,
): Promise<StoredLayer> {
  makeDirectories(stagingDirectory(place), 0o700);
  const aside = `${stagingDirectory(place)}/blob-${process.pid}-${crypto.randomUUID()}`;
  const { diffId, digest, size, sizeBytes } = await writeAside(aside, archive, compression).catch((error: unknown) => {
    removeFile(aside);
    throw error;
  });
  publishBlob(place, aside, digest);
  const mediaType = compression === 'gzip' ? MEDIA_TYPE.ociLayerGzip : MEDIA_TYPE.ociLayer;
  const descriptor = { mediaType, digest, size };
  const open = () => Promise.reject(new Error('the blob is in the store'));
  await receiveLayer(place, { descriptor, diffId, name, open });
  return { descriptor, diffId, sizeBytes };
}

async function writeAside(path: string, archive: ReadableStream<Uint8Array>, compression: 'gzip' | 'none') {
  const plain = new Bun.CryptoHasher('sha256');
  const packed = new Bun.CryptoHasher('sha256');
  let sizeBytes = 0;
  let size = 0;
  const counted = archive.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(bytes, controller) {
        plain.update(bytes);
        sizeBytes += bytes.length;
        controller.enqueue(bytes);
      },
    }),
  );
  const file = createFile(path, 0o644);
  try {
    const gzip = new CompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>;
    for await (const bytes of compression === 'gzip' ? counted.pipeThrough(gzip) : counted) {
      packed.update(bytes);
      size += bytes.length;
      writeAll(file.fd, bytes, path);
    }
    file.sync();
  } finally {
    file.close();
  }
  const digest = `sha256:${packed.digest('hex')}`;
  return { diffId: `sha256:${plain.digest('hex')}`, digest, size, sizeBytes };
}
