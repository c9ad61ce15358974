import { parseSignal } from '../../abi/signal.ts';
import { LimpidError } from '../../base/error.ts';
import type { ImageConfig } from '../../spec/image.ts';
import type { ContainerConfig, MountConfig } from '../config.ts';
import { cleanPath } from '../spec/paths.ts';
import type { World } from '../world.ts';
import type { StoredImage } from './find.ts';
import { imageConfig } from './image-config.ts';
import { obtainImage, type ObtainOptions } from './obtain.ts';

export interface AdoptOptions extends ObtainOptions {
  /** The user said with what to stop it: the image's word does not count. */
  readonly ownStopSignal?: boolean;
  /** What becomes of the volumes that it declares; without a word, volumes without a name. */
  readonly volumes?: 'volume' | 'tmpfs' | 'ignore';
}

/**
 * Looks up the images of a container that is to be made (its own, and those it mounts), pulls them where the policy says so, and takes over what the
 * image says of its containers: labels, volumes, the signal that stops them. What it says of the command is read at
 * each start. Any other root file system stays as it is.
 */
export async function adoptImage(
  world: World,
  config: ContainerConfig,
  options: AdoptOptions = {},
): Promise<ContainerConfig> {
  const shown = config.mounts.some(({ type }) => type === 'image')
    ? { ...config, mounts: await obtainMounted(world, config.mounts, options) }
    : config;
  if (config.rootfs.kind !== 'image') return shown;
  const image = await obtainImage(world, config.image, options);
  return withImage(shown, image, imageConfig(world, image.id), options);
}

/** `--mount type=image`: the same policy holds for images that are only looked at. */
function obtainMounted(world: World, mounts: readonly MountConfig[], options: ObtainOptions): Promise<MountConfig[]> {
  return Promise.all(
    mounts.map(async (mount) => {
      if (mount.type !== 'image') return mount;
      const { id, entry } = await obtainImage(world, mount.source!, options);
      return { ...mount, source: entry.name ?? id, imageId: id };
    }),
  );
}

/** The config with what an image says. Pure; throws ECONFIG for what no container can be made of. */
export function withImage(
  config: ContainerConfig,
  { id, entry }: StoredImage,
  { config: runtime = {} }: ImageConfig,
  { ownStopSignal = false, volumes = 'volume' }: Pick<AdoptOptions, 'ownStopSignal' | 'volumes'> = {},
): ContainerConfig {
  const name = entry.name ?? id.slice(id.indexOf(':') + 1);
  return {
    ...config,
    image: name,
    rootfs: { kind: 'image', id, digest: entry.manifest.digest },
    labels: { ...runtime.Labels, ...config.labels },
    mounts: [
      ...config.mounts,
      ...(volumes === 'ignore' ? [] : imageVolumes(config, Object.keys(runtime.Volumes ?? {}), volumes, name)),
    ],
    ...(ownStopSignal || !runtime.StopSignal ? {} : { stopSignal: stopSignal(runtime.StopSignal, name) }),
    because: { ...config.because, root: name },
  };
}

/** A volume without a name, or a tmpfs, for each that the image declares, unless the user mounts something there. */
function imageVolumes(
  { mounts }: ContainerConfig,
  destinations: readonly string[],
  type: 'volume' | 'tmpfs',
  image: string,
): MountConfig[] {
  const taken = new Set(mounts.map(({ destination }) => cleanPath(destination)));
  const found: MountConfig[] = [];
  for (const wanted of destinations) {
    const destination = cleanPath(wanted.startsWith('/') ? wanted : `/${wanted}`);
    if (destination === '/') throw rootVolume(image);
    if (taken.has(destination)) continue;
    taken.add(destination);
    found.push(
      type === 'tmpfs'
        ? { type, destination, options: ['nosuid', 'nodev'], because: '--image-volume tmpfs' }
        : { type, source: '', destination, options: [], because: "the image's VOLUME" },
    );
  }
  return found;
}

function rootVolume(image: string): LimpidError {
  return new LimpidError({
    code: 'ECONFIG',
    doing: 'use',
    subject: `image "${image}"`,
    why: 'its root directory is to be a volume',
    hint: 'leave its volumes out: --image-volume ignore',
  });
}

function stopSignal(text: string, image: string): number {
  const signal = parseSignal(text);
  if (signal !== undefined) return signal;
  throw new LimpidError({
    code: 'ECONFIG',
    doing: 'use',
    subject: `image "${image}"`,
    why: `there is no signal "${text}", which it wants to be stopped with`,
    hint: 'choose one with --stop-signal',
  });
}
