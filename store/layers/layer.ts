import { readText } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';
import type { Digest } from '../../spec/image.ts';
import { layerDirectory, stagingDirectory, type StorePlace } from '../place.ts';

type Place = Pick<StorePlace, 'root'>;

/** What is known of an unpacked layer, kept beside it in `layer.json`. */
export interface LayerFacts {
  readonly diffId: Digest;
  /** The blob that it was unpacked from, as it was compressed. */
  readonly blob: Digest;
  /** Of the archive, uncompressed. */
  readonly sizeBytes: number;
  readonly entries: number;
}

/** Whether a layer is unpacked, whole and synced: it becomes visible only then. */
export function hasLayer(place: Place, diffId: Digest): boolean {
  return statPath(layerDirectory(place, diffId)) !== undefined;
}

/** `undefined` where there is no such layer, or where what lies beside it is damaged. */
export function readLayerFacts(place: Place, diffId: Digest): LayerFacts | undefined {
  const text = readText(`${layerDirectory(place, diffId)}/${FACTS_FILE}`);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as LayerFacts;
  } catch {
    return undefined;
  }
}

export const FACTS_FILE = 'layer.json';

/** Where a layer is made; whose lock is held may remove what is there. */
export function layerStaging(place: Place, diffId: Digest): string {
  return `${stagingDirectory(place)}/layer-${diffId.slice(diffId.indexOf(':') + 1)}`;
}
