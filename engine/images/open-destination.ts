import type { RegistryOptions } from '../../registry/options.ts';
import type { ImageDestination } from '../../spec/image-transport.ts';
import { parseReference, withDefaultTag, type ImageReference } from '../../spec/reference.ts';
import type { World } from '../world.ts';

/** A way out for one image, and what kind it is. */
export interface OpenedDestination {
  readonly destination: ImageDestination;
  /** Where it goes to a registry: blobs of the repositories beside it need not be sent. */
  readonly registry?: ImageReference;
  readonly transport: string;
}

/** What a text means as a place to write to: `docker://…`, a name in full, or one of the transports. Nothing is sent yet. */
export async function openImageDestination(
  world: World,
  text: string,
  options: RegistryOptions,
): Promise<OpenedDestination> {
  const { parseLocation } = await import('../../store/transports/location.ts');
  const location = parseLocation(text);
  if (location !== undefined) {
    const { openDestination } = await import('../../store/transports/open-destination.ts');
    return { destination: await openDestination(world, location), transport: location.transport };
  }
  const reference = withDefaultTag(
    parseReference(text.startsWith('docker://') ? text.slice('docker://'.length) : text),
  );
  const { registryDestination } = await import('../../registry/destination.ts');
  return { destination: registryDestination(reference, options), registry: reference, transport: 'docker' };
}
