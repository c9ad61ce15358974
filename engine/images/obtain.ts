import { LimpidError } from '../../base/error.ts';
import { parseLocation } from '../../store/transports/location.ts';
import { choosePlatform, runsOn } from '../../store/images/platform.ts';
import { isIndexType } from '../../spec/manifest-kind.ts';
import type { ImageIndex, Platform } from '../../spec/image.ts';
import { formatReference } from '../../spec/reference.ts';
import { readDocument } from '../../store/images/blobs.ts';
import type { World } from '../world.ts';
import { lookUpImage, noSuchImage, type StoredImage } from './find.ts';
import { hostPlatform } from './host-platform.ts';
import { listImages } from './list.ts';
import { registryReferences } from './open-source.ts';
import { pullStored, type PullOptions } from './pull.ts';

/** When an image is looked for elsewhere, as `--pull` says. */
export type PullPolicy = 'always' | 'missing' | 'never' | 'newer';

export interface ObtainOptions extends Omit<PullOptions, 'allTags'> {
  readonly policy?: PullPolicy;
}

/**
 * The image that a name means, from the store or by pulling it. A transport (`oci:…`, `docker-archive:…`) is always read.
 * `newer` is content with the one of the store where none can be had.
 */
export async function obtainImage(world: World, text: string, options: ObtainOptions = {}): Promise<StoredImage> {
  const { policy = 'missing' } = options;
  if (parseLocation(text) !== undefined || text.startsWith('docker://')) return pullOne(world, text, options);
  // What the store has would bear on it for an id alone, in which there is no slash.
  if (policy === 'always' && text.includes('/')) return pullOne(world, text, options);
  const found = lookUpImage(world, text) ?? (await lookUpAlias(world, text, options));
  const known = found === undefined ? undefined : await memberOf(world, found, options.platform);
  const fits = known !== undefined && isFor(known, options.platform);
  if (policy === 'never') {
    if (known === undefined) throw noSuchImage(text);
    return known;
  }
  if (fits && (policy === 'missing' || isId(known, text))) return known;
  try {
    return await pullOne(world, text, options);
  } catch (error) {
    if (policy === 'newer' && fits && error instanceof LimpidError) return known;
    throw error;
  }
}

/** By the one name in full that registries.conf has a short one stand for. */
async function lookUpAlias(
  world: World,
  text: string,
  { registry = {} }: PullOptions,
): Promise<StoredImage | undefined> {
  try {
    const [reference, ...more] = await registryReferences(text, registry);
    return reference === undefined || more.length > 0 ? undefined : lookUpImage(world, formatReference(reference));
  } catch (error) {
    // What is wrong with the name, or with what it could mean, is told by who asks for it.
    if (error instanceof LimpidError) return undefined;
    throw error;
  }
}

async function pullOne(world: World, text: string, options: PullOptions): Promise<StoredImage> {
  return (await pullStored(world, text, options)).image;
}

/** Of a list of manifests that was made here, the image for the platform; an image is itself. */
async function memberOf(
  world: World,
  image: StoredImage,
  platform: Platform | undefined,
): Promise<StoredImage | undefined> {
  if (!isIndexType(image.entry.manifest.mediaType)) return image;
  const { manifests } = readDocument<ImageIndex>(world, image.entry.manifest.digest);
  const digest = choosePlatform(manifests, platform ?? hostPlatform())?.digest;
  return listImages(world).find(({ entries }) => entries.some(({ manifest }) => manifest.digest === digest));
}

function isFor({ entry }: StoredImage, wanted: Platform | undefined): boolean {
  return wanted === undefined || runsOn(entry.platform, wanted);
}

/** An id is not to be had elsewhere. */
function isId({ id }: StoredImage, text: string): boolean {
  return id === text || id.slice(id.indexOf(':') + 1).startsWith(text);
}
