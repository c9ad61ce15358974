import type { RegistryOptions } from '../../registry/options.ts';
import type { ImageSource } from '../../spec/image-transport.ts';
import type { Digest } from '../../spec/image.ts';
import {
  formatReference,
  isQualified,
  parseImageName,
  parseReference,
  withDefaultTag,
  type ImageReference,
} from '../../spec/reference.ts';
import type { World } from '../world.ts';

/** A way in to one image, with what the store is to call it. */
export interface OpenedSource {
  readonly source: ImageSource;
  readonly names: readonly string[];
  /** What it was asked for by. */
  readonly digest?: Digest;
}

/**
 * The places where the image of this name may be, in the order in which they are to be asked: one, but for a short name
 * that the configuration completes in several ways. Asks nobody yet. Throws EREFERENCE, ENOIMAGE.
 */
export async function openSources(
  world: World,
  text: string,
  options: RegistryOptions,
): Promise<(() => Promise<OpenedSource>)[]> {
  const { parseLocation } = await import('../../store/transports/location.ts');
  const location = parseLocation(text);
  if (location !== undefined) {
    const { openImage } = await import('../../store/transports/open-images.ts');
    const { allowLocation } = await import('./allow-location.ts');
    const { locationNames } = await import('./location-names.ts');
    return [
      async () => {
        await allowLocation(location, options);
        const source = await openImage(world, location);
        return { source, names: locationNames(location, source) };
      },
    ];
  }
  const references = await registryReferences(text, options);
  return references.map((reference) => async () => openRegistry(reference, options));
}

/** What a name means at registries; with `docker://` before it, a short one is Docker's, as for all who know transports. */
export async function registryReferences(text: string, options: RegistryOptions): Promise<readonly ImageReference[]> {
  const isDocker = text.startsWith('docker://');
  const name = parseImageName(isDocker ? text.slice('docker://'.length) : text);
  if (isQualified(name)) return [name];
  if (isDocker) return [parseReference(`docker.io/${formatReference(name)}`)];
  const { resolveImageName } = await import('../../registry/settings/short-name.ts');
  return resolveImageName(name, options);
}

async function openRegistry(reference: ImageReference, options: RegistryOptions): Promise<OpenedSource> {
  const { registrySource } = await import('../../registry/source.ts');
  const { engineHost } = await import('../registries/engine-host.ts');
  const { digest } = reference;
  // With a digest the tag says nothing: podman drops it too.
  const { tag: _, ...untagged } = reference;
  const name = formatReference(digest === undefined ? withDefaultTag(reference) : untagged);
  return {
    source: registrySource(reference, { host: engineHost(), ...options }),
    names: [name],
    ...(digest === undefined ? {} : { digest }),
  };
}
