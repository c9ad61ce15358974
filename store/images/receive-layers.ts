import type { ImageSource } from '../../spec/image-transport.ts';
import type { Descriptor, Digest } from '../../spec/image.ts';
import { hasLayer } from '../layers/layer.ts';
import { receiveLayer } from '../layers/receive-layer.ts';
import type { StorePlace } from '../place.ts';
import { hasBlob } from './blobs.ts';

/** Layers on their way at once: two unpack while one more waits for the network. */
const SIDE_BY_SIDE = 3;

/** How the layers of an image come along. */
export interface LayerProgress {
  /** All of them, before the first byte. */
  begin(layers: readonly Descriptor[]): void;
  /** So many more bytes of a layer have come. */
  received(layer: Descriptor, bytes: number): void;
  /** A layer is whole: it was there, or has been unpacked and synced. */
  done(layer: Descriptor, was: 'there' | 'received'): void;
}

interface Layers {
  readonly layers: readonly Descriptor[];
  readonly diffIds: readonly Digest[];
}

/** Brings the layers that are missing into the store, some side by side. The first failure ends the others. */
export async function receiveLayers(
  place: StorePlace,
  source: ImageSource,
  { layers, diffIds }: Layers,
  progress?: LayerProgress,
): Promise<void> {
  progress?.begin(layers);
  const failure = new AbortController();
  const waiting = layers.map((layer, index) => ({ layer, diffId: diffIds[index]! }));
  // One that is there twice; compressed in two ways it is two blobs.
  const seen = new Set<string>();
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined && !failure.signal.aborted; next = waiting.shift()) {
      const { layer, diffId } = next;
      const key = `${diffId} ${layer.digest}`;
      if (seen.has(key) || (hasLayer(place, diffId) && hasBlob(place, layer.digest))) {
        progress?.done(layer, 'there');
        continue;
      }
      seen.add(key);
      await receiveLayer(place, {
        descriptor: layer,
        diffId,
        name: source.name,
        open: () => source.blob(layer),
        signal: failure.signal,
        received: (bytes) => progress?.received(layer, bytes),
      });
      progress?.done(layer, 'received');
    }
  };
  const workers = Array.from({ length: Math.min(SIDE_BY_SIDE, layers.length) }, () =>
    work().catch((error: unknown) => {
      failure.abort(error);
      throw error;
    }),
  );
  const results = await Promise.allSettled(workers);
  // The abort's reason is the first failure; what the others say follows from it.
  if (failure.signal.aborted) throw failure.signal.reason;
  for (const result of results) if (result.status === 'rejected') throw result.reason;
}
