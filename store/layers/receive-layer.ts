import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/file-status.ts';
import { openFile, type OpenFile } from '../../kernel/open-file.ts';
import type { Descriptor, Digest } from '../../spec/image.ts';
import { blobPath, type StorePlace } from '../place.ts';
import { hasLayer } from './layer.ts';
import { lockLayer } from './layer-lock.ts';
import { layerError } from './layer-error.ts';
import { unpackBlob } from './unpack-blob.ts';

export interface LayerRequest {
  /** The compressed layer: what `open` gives is checked against its digest and size. */
  readonly descriptor: Descriptor;
  /** What the layer is uncompressed, from the image's config. */
  readonly diffId: Digest;
  /** Where it comes from, for messages. */
  readonly name: string;
  /** The compressed bytes from their beginning. */
  readonly open: () => Promise<ReadableStream<Uint8Array>>;
  /** So many more compressed bytes have come. */
  readonly received?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

const CHUNK_BYTES = 1 << 20;
const underWay = new Map<string, Promise<void>>();

/**
 * Brings one layer into the store: its blob as it came, and unpacked. Both are checked, synced, and then made visible by a
 * rename each. Who asks for a layer that is on its way, here or in another process, waits for it. Throws LimpidError
 * (`EDIGEST`, `ESIZE`, `EDIFFID`, `ETAR`, `ECOMPRESSION`, `ELAYERSIZE`, `EUNPACK`, an errno) and leaves the store as it was.
 */
export async function receiveLayer(place: StorePlace, request: LayerRequest): Promise<void> {
  const key = `${place.root}\n${request.diffId}`;
  for (let other = underWay.get(key); other !== undefined; other = underWay.get(key))
    await other.catch(() => undefined);
  const receiving = receive(place, request).finally(() => underWay.delete(key));
  underWay.set(key, receiving);
  await receiving;
}

async function receive(place: StorePlace, request: LayerRequest): Promise<void> {
  const { descriptor, diffId, signal } = request;
  const isThere = () => hasLayer(place, diffId) && statPath(blobPath(place, descriptor.digest)) !== undefined;
  if (isThere()) return;
  const lock = await lockLayer(place, diffId, signal);
  try {
    if (isThere() || (await unpackKept(place, request))) return;
    await unpackBlob(place, request, { keep: true });
  } catch (error) {
    throw layerError(error, request);
  } finally {
    lock.release();
  }
}

/** A blob that is in the store already needs no network; a damaged one does: false. */
export async function unpackKept(place: StorePlace, request: LayerRequest, replace = false): Promise<boolean> {
  const file = openFile(blobPath(place, request.descriptor.digest));
  if (file === undefined) return false;
  try {
    await unpackBlob(place, { ...request, open: () => Promise.resolve(fileStream(file)) }, { keep: false, replace });
    return true;
  } catch (error) {
    if (error instanceof LimpidError && (error.code === 'EDIGEST' || error.code === 'ESIZE')) return false;
    throw error;
  } finally {
    file.close();
  }
}

export function fileStream(file: OpenFile): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      const bytes = file.read(offset, CHUNK_BYTES);
      offset += bytes.length;
      if (bytes.length === 0) controller.close();
      else controller.enqueue(bytes);
    },
  });
}
