import { LimpidError } from '../../base/error.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import type { Digest, Platform } from '../../spec/image.ts';
import { formatReference } from '../../spec/reference.ts';
import { receiveImage, type ReceiveOptions } from '../../store/images/receive-image.ts';
import type { LayerProgress } from '../../store/images/receive-layers.ts';
import type { World } from '../world.ts';
import type { StoredImage } from './find.ts';
import { hostPlatform } from './host-platform.ts';
import { openSources, registryReferences, type OpenedSource } from './open-source.ts';

export type { RegistryOptions } from '../../registry/options.ts';
export type { Descriptor, Platform } from '../../spec/image.ts';
export type { LayerProgress } from '../../store/images/receive-layers.ts';

export interface PullOptions {
  readonly registry?: RegistryOptions;
  /** Of several images under one name, the one for this platform; this machine's unless said. */
  readonly platform?: Platform;
  /** All tags of the repository. */
  readonly allTags?: boolean;
  /** Told of each place that is asked. */
  readonly trying?: (name: string) => void;
  readonly progress?: LayerProgress;
}

export interface PulledImage {
  readonly id: Digest;
  /** In full; absent for an image that came without. */
  readonly name?: string;
  /** False where it was here already, as it is there. */
  readonly changed: boolean;
}

/** With what the store has of it now. */
interface StoredPull extends PulledImage {
  readonly image: StoredImage;
}

/** Brings an image into the store, or says that it is there as it is. Throws what the origin, the network or the disk say. */
export async function pullImage(world: World, text: string, options: PullOptions = {}): Promise<PulledImage[]> {
  if (options.allTags) return pullAllTags(world, text, options);
  const { image: _, ...pulled } = await pullStored(world, text, options);
  return [pulled];
}

/** One image, as the store has it then. */
export async function pullStored(world: World, text: string, options: PullOptions): Promise<StoredPull> {
  const places = await openSources(world, text, options.registry ?? {});
  const failures: LimpidError[] = [];
  for (const open of places) {
    try {
      return await receive(world, await open(), options);
    } catch (error) {
      // A short name may mean several; an image that is there and wrong is not looked for elsewhere.
      if (!(error instanceof LimpidError) || !NOT_THERE.has(error.code)) throw error;
      failures.push(error);
    }
  }
  throw failures.length === 1 ? failures[0] : nowhere(text, failures);
}

const NOT_THERE: ReadonlySet<string> = new Set([
  'ENOIMAGE',
  'ENOREPOSITORY',
  'ENOMANIFEST',
  'EUNAUTHORIZED',
  'EFORBIDDEN',
  'EHOSTUNKNOWN',
  'ECONNREFUSED',
]);

async function pullAllTags(world: World, text: string, options: PullOptions): Promise<PulledImage[]> {
  const { registry = {} } = options;
  const [{ listTags }, { parseLocation }] = await Promise.all([
    import('../../registry/tags.ts'),
    import('../../store/transports/location.ts'),
  ]);
  if (parseLocation(text) !== undefined) {
    const why = 'with all tags, a repository at a registry is wanted';
    throw new LimpidError({ code: 'EREFERENCE', doing: 'pull', subject: `"${text}"`, why });
  }
  const [reference] = await registryReferences(text, registry);
  if (reference!.tag !== undefined || reference!.digest !== undefined) {
    const why = 'with all tags, a repository is wanted without one';
    throw new LimpidError({ code: 'EREFERENCE', doing: 'pull', subject: `image "${text}"`, why });
  }
  const pulled: PulledImage[] = [];
  for (const tag of await listTags(reference!, registry)) {
    const { allTags: _, ...rest } = options;
    pulled.push(...(await pullImage(world, formatReference({ ...reference!, tag }), rest)));
  }
  return pulled;
}

async function receive(
  world: World,
  { source, names, digest }: OpenedSource,
  { platform, progress, trying }: PullOptions,
): Promise<StoredPull> {
  trying?.(source.name);
  const options: ReceiveOptions = {
    platform: platform ?? hostPlatform(),
    names,
    ...(digest === undefined ? {} : { digest }),
    ...(progress === undefined ? {} : { progress }),
  };
  try {
    const { entry, entries, changed } = await receiveImage(world, source, options);
    const { id } = entry;
    return { id, changed, image: { id, entry, entries }, ...(names[0] === undefined ? {} : { name: names[0] }) };
  } finally {
    await source.close();
  }
}

function nowhere(text: string, failures: readonly LimpidError[]): LimpidError {
  return new LimpidError({
    code: failures[0]?.code ?? 'ENOIMAGE',
    doing: 'pull',
    subject: `image "${text}"`,
    why: failures.map(({ message }) => message).join('; '),
  });
}
