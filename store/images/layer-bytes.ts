import type { Digest } from '../../spec/image.ts';
import { readLayerFacts } from '../layers/layer.ts';
import type { StorePlace } from '../place.ts';

/** Bytes of a layer's archive, uncompressed; 0 where it is not known. */
export function layerBytes(place: Pick<StorePlace, 'root'>, diffId: Digest): number {
  return readLayerFacts(place, diffId)?.sizeBytes ?? 0;
}
