import { LimpidError } from '../../base/error.ts';
import type { Digest } from '../../spec/image.ts';
import { fullName } from '../../store/transports/is-named.ts';
import { fullNames, type HeldImage, type ImageCollection } from '../../store/transports/collection.ts';
import { badImages } from '../../store/transports/fault.ts';
import { receiveImage } from '../../store/images/receive-image.ts';
import type { LayerProgress } from '../../store/images/receive-layers.ts';
import { pathExists } from '../../kernel/file-status.ts';
import { parseLocation } from '../../store/transports/location.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import type { World } from '../world.ts';
import { allowLocation } from './allow-location.ts';
import { hostPlatform } from './host-platform.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface LoadOptions {
  readonly progress?: LayerProgress;
  /** For its policy file alone. */
  readonly registry?: RegistryOptions;
}

export interface LoadedImage {
  readonly id: Digest;
  /** In full. */
  readonly names: readonly string[];
}

/** Where images are: a file, a directory, a web address or a transport's place (`oci:DIR`), or an archive's bytes, which come once. */
export type LoadFrom = { readonly path: string } | { readonly stream: ReadableStream<Uint8Array> };

/** Brings all images of an archive into the store, one after the other, each as a whole or not at all. */
export async function loadImages(world: World, from: LoadFrom, options: LoadOptions = {}): Promise<LoadedImage[]> {
  // A file of that very name is meant before anything that its name could mean.
  if ('path' in from && isPlace(from.path) && !pathExists(from.path)) {
    const { loadPlace } = await import('./load-place.ts');
    return loadPlace(world, from.path, options);
  }
  const { openAnyImages } = await import('../../store/transports/open-any-images.ts');
  const given = 'path' in from && isAddress(from.path) ? await fetched(from.path) : from;
  const { collection, transport } = await openAnyImages(world, given);
  try {
    const path = 'path' in given ? given.path : '';
    await allowLocation({ transport, path, name: collection.name }, options.registry ?? {});
    return await loadHeld(world, collection, options);
  } finally {
    await collection.close();
  }
}

function isAddress(path: string): boolean {
  return /^https?:\/\//i.test(path) && !pathExists(path);
}

async function fetched(
  address: string,
): Promise<{ readonly stream: ReadableStream<Uint8Array>; readonly name: string }> {
  const { fetchArchive } = await import('./fetch-archive.ts');
  const name = withoutSecrets(address);
  const refusal = (why: string) => new LimpidError({ code: 'ELOAD', doing: 'load', subject: `"${name}"`, why });
  return { stream: await fetchArchive(address, refusal), name };
}

/** Whether a text begins with a transport, a registry's among them. */
export function isPlace(text: string): boolean {
  return text.startsWith('docker://') || parseLocation(text) !== undefined;
}

/** Images of an archive or a directory, under the names that they have there. */
export async function loadHeld(
  world: World,
  { name, images }: Pick<ImageCollection, 'name' | 'images'>,
  { progress }: LoadOptions,
): Promise<LoadedImage[]> {
  if (images.length === 0) throw badImages(name, 'it holds no image');
  const loaded: LoadedImage[] = [];
  for (const held of images) {
    const names = loadedNames(held);
    const { entry } = await receiveImage(world, held.source, {
      platform: hostPlatform(),
      anyPlatform: true,
      names,
      ...(progress === undefined ? {} : { progress }),
    });
    loaded.push({ id: entry.id, names });
  }
  return loaded;
}

/** As they stand there, completed as Docker completes them; what is no name, or a name by a digest, is left out. */
function loadedNames(held: HeldImage): string[] {
  const names = fullNames(held).flatMap((name) => fullName(name) ?? []);
  return [...new Set(names.filter((name) => !name.includes('@')))];
}
