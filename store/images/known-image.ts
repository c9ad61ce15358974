import { LimpidError } from '../../base/error.ts';
import type { Descriptor, Digest, ImageConfig, ImageManifest } from '../../spec/image.ts';
import { hasLayer } from '../layers/layer.ts';
import type { StorePlace } from '../place.ts';
import { hasBlob, readDocument } from './blobs.ts';
import type { ImageEntry } from './entry.ts';
import { readEntries } from './index-file.ts';
import { runsOn } from './platform.ts';
import type { ReceivedImage, ReceiveOptions } from './receive-image.ts';

type Place = Pick<StorePlace, 'root'>;

/** The image with this very manifest or index, where it is whole and has the names already. */
export function knownImage(
  place: Place,
  digest: Digest,
  { names, platform, anyPlatform = false }: ReceiveOptions,
): Pick<ReceivedImage, 'entry' | 'entries'> | undefined {
  const entries = readEntries(place);
  const same = entries.filter(({ manifest, index }) => manifest.digest === digest || index === digest);
  const entry = same.find(({ name }) => name !== undefined && names.includes(name)) ?? same[0];
  if (entry === undefined || !(anyPlatform || runsOn(entry.platform, platform))) return undefined;
  const hasNames = names.every((name) => same.some((other) => other.name === name && other.id === entry.id));
  if (!hasNames || !isWhole(place, entry)) return undefined;
  return { entry, entries: entries.filter(({ id }) => id === entry.id) };
}

/** Its documents as their digests say, and all layers there. */
function isWhole(place: Place, { id, manifest }: ImageEntry): boolean {
  try {
    const { rootfs } = readDocument<ImageConfig>(place, id);
    const { layers } = readDocument<ImageManifest>(place, manifest.digest);
    return hasLayers(place, rootfs.diff_ids, layers);
  } catch (error) {
    if (error instanceof LimpidError && error.code === 'EBLOB') return false;
    throw error;
  }
}

/** Each unpacked, and as it came. */
export function hasLayers(place: Place, diffIds: readonly Digest[], layers: readonly Descriptor[]): boolean {
  return diffIds.every((diffId) => hasLayer(place, diffId)) && layers.every(({ digest }) => hasBlob(place, digest));
}
