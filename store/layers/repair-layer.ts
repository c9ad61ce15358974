import type { StorePlace } from '../place.ts';
import { layerError } from './layer-error.ts';
import { lockLayer } from './layer-lock.ts';
import { type LayerRequest, unpackKept } from './receive-layer.ts';
import { unpackBlob } from './unpack-blob.ts';

/**
 * Makes a layer anew whose files or blob are damaged: from the blob where that is whole, else from `open`. Containers that
 * have it mounted keep the old files until they end.
 */
export async function repairLayer(place: StorePlace, request: LayerRequest): Promise<void> {
  const lock = await lockLayer(place, request.diffId, request.signal);
  try {
    if (await unpackKept(place, request, true)) return;
    await unpackBlob(place, request, { keep: true, replace: true });
  } catch (error) {
    throw layerError(error, request);
  } finally {
    lock.release();
  }
}
