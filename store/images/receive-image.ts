import type { ImageSource } from '../../spec/image-transport.ts';
import type { Digest, Platform } from '../../spec/image.ts';
import type { StorePlace } from '../place.ts';
import { checkManifest } from './check-manifest.ts';
import type { ImageEntry } from './entry.ts';
import { knownImage } from './known-image.ts';
import type { LayerProgress } from './receive-layers.ts';

export interface ReceiveOptions {
  readonly platform: Platform;
  /** An image for any other is taken as well, where there is no choice. */
  readonly anyPlatform?: boolean;
  /** Names that the image gets in the store, in full. */
  readonly names: readonly string[];
  /** What the source was asked for by digest. */
  readonly digest?: Digest;
  readonly progress?: LayerProgress;
}

export interface ReceivedImage {
  readonly entry: ImageEntry;
  /** Of all of its names, as they are in the store now. */
  readonly entries: readonly ImageEntry[];
  /** False where all of it, names too, was there already. */
  readonly changed: boolean;
}

/**
 * Brings an image into the store: manifest, config, layers side by side, all checked and synced; then one rename of the
 * index makes it visible under its names. What fails or is killed before leaves nothing that anybody sees.
 */
export async function receiveImage(
  place: StorePlace,
  source: ImageSource,
  wanted: ReceiveOptions,
): Promise<ReceivedImage> {
  const given = await source.manifest();
  const top = checkManifest(given, { digest: wanted.digest ?? given.digest }, source);
  const options = { ...wanted, names: wanted.names.filter((name) => saysTrue(name, top.digest)) };
  const known = knownImage(place, top.digest, options);
  if (known !== undefined) return { ...known, changed: false };
  // An image that is there as it is needs nothing of that.
  const { receiveParts } = await import('./receive-parts.ts');
  return receiveParts(place, source, top, options);
}

/** A name by digest means what has that digest, whatever an archive says. */
function saysTrue(name: string, digest: Digest): boolean {
  const at = name.indexOf('@');
  return at < 0 || name.slice(at + 1) === digest;
}
