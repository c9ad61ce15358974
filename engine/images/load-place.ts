import { parseLocation, type Location } from '../../store/transports/location.ts';
import type { World } from '../world.ts';
import { allowLocation } from './allow-location.ts';
import { loadHeld, type LoadedImage, type LoadOptions } from './load.ts';
import { pullStored } from './pull.ts';

/**
 * Brings in what a transport's place holds: all images of an archive or a layout, as loading does, where none of them is
 * named; else the one that is, as pulling it does.
 */
export async function loadPlace(
  world: World,
  text: string,
  { progress, registry = {} }: LoadOptions,
): Promise<LoadedImage[]> {
  const location = parseLocation(text);
  const shared = { registry, ...(progress === undefined ? {} : { progress }) };
  if (location === undefined || !mayHoldSeveral(location)) {
    const { id, image } = await pullStored(world, text, shared);
    const { name } = image.entry;
    return [{ id, names: name === undefined ? [] : [name] }];
  }
  await allowLocation(location, registry);
  const { openImages } = await import('../../store/transports/open-images.ts');
  const collection = await openImages(world, location);
  try {
    return await loadHeld(world, collection, shared);
  } finally {
    await collection.close();
  }
}

function mayHoldSeveral({ transport, reference = '' }: Location): boolean {
  return reference === '' && (transport === 'oci' || transport === 'oci-archive' || transport === 'docker-archive');
}
