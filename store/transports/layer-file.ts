import { openFile, type OpenFile } from '../../kernel/open-file.ts';
import { DigestHasher } from '../../spec/digest.ts';
import { MEDIA_TYPE, type Descriptor, type Digest } from '../../spec/image.ts';
import type { StorePlace } from '../place.ts';
import { compressionOf, typeOfCompression } from './compression.ts';
import { plainStream } from './open-archive.ts';
import { spool } from './spool.ts';
import { streamFile } from './stream-file.ts';
import { streamOf } from './stream-of.ts';

/** An archive of files that is to be a layer, compressed as it is. */
export interface LayerFile {
  readonly descriptor: Descriptor;
  readonly diffId: Digest;
  stream(): ReadableStream<Uint8Array>;
  close(): void;
}

/** Reads a file once, to know what it is; `undefined` where the path is no regular file. Throws EARCHIVE. */
export async function openLayerFile(
  place: Pick<StorePlace, 'root'>,
  path: string,
  name: string,
): Promise<LayerFile | undefined> {
  const file = openFile(path);
  if (file === undefined) return undefined;
  if (isForLayers(file)) return describeFile(file, name);
  return spoolLayer(place, streamFile(file, { offset: 0, length: file.sizeBytes(), close: true }), name);
}

/** The same of bytes that come once: they are kept aside until closed. */
export async function spoolLayer(
  place: Pick<StorePlace, 'root'>,
  stream: ReadableStream<Uint8Array>,
  name: string,
): Promise<LayerFile> {
  const file = await spool(place, stream, name);
  if (isForLayers(file)) return describeFile(file, name);
  const plain = await plainStream(streamFile(file, { offset: 0, length: file.sizeBytes(), close: true }), name);
  return describeFile(await spool(place, plain, name), name);
}

/** Layers are plain, or compressed by gzip or zstd: what came otherwise is kept plain. */
function isForLayers(file: OpenFile): boolean {
  return ['none', 'gzip', 'zstd'].includes(compressionOf(file.read(0, 4)));
}

async function describeFile(file: OpenFile, name: string): Promise<LayerFile> {
  const size = file.sizeBytes();
  const whole = () => streamFile(file, { offset: 0, length: size, close: false });
  try {
    const mediaType = typeOfCompression(MEDIA_TYPE.ociLayer, compressionOf(file.read(0, 4)));
    const compressed = new DigestHasher();
    const plain = new DigestHasher();
    for await (const chunk of await plainStream(streamOf(hashed(whole(), compressed)), name)) plain.update(chunk);
    return {
      descriptor: { mediaType, digest: compressed.finish(), size },
      diffId: plain.finish(),
      stream: whole,
      close: () => file.close(),
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

async function* hashed(stream: ReadableStream<Uint8Array>, hasher: DigestHasher): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) {
    hasher.update(chunk);
    yield chunk;
  }
}
