import type { Digest } from '../../spec/image.ts';
import { fullName } from '../../store/transports/is-named.ts';
import { fullNames, type HeldImage } from '../../store/transports/collection.ts';
import { receiveImage } from '../../store/images/receive-image.ts';
import type { LayerProgress } from '../../store/images/receive-layers.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import type { World } from '../world.ts';
import { allowLocation } from './allow-location.ts';
import { hostPlatform } from './host-platform.ts';

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

/** Where an archive of images is: a file or directory, or bytes that come once. */
export type LoadFrom = { readonly path: string } | { readonly stream: ReadableStream<Uint8Array> };

/** Brings all images of an archive into the store, one after the other, each as a whole or not at all. */
export async function loadImages(
  world: World,
  from: LoadFrom,
  { progress, registry = {} }: LoadOptions = {},
): Promise<LoadedImage[]> {
  const { openAnyImages } = await import('../../store/transports/open-any-images.ts');
  const { collection, transport } = await openAnyImages(world, from);
  const loaded: LoadedImage[] = [];
  try {
    const path = 'path' in from ? from.path : '';
    await allowLocation({ transport, path, name: collection.name }, registry);
    for (const held of collection.images) {
      const names = loadedNames(held);
      const { entry } = await receiveImage(world, held.source, {
        platform: hostPlatform(),
        anyPlatform: true,
        names,
        ...(progress === undefined ? {} : { progress }),
      });
      loaded.push({ id: entry.id, names });
    }
  } finally {
    await collection.close();
  }
  return loaded;
}

/** As they stand there, completed as Docker completes them; what is no name is left out. */
function loadedNames(held: HeldImage): string[] {
  return [...new Set(fullNames(held).flatMap((name) => fullName(name) ?? []))];
}
