import { MS_NODEV, MS_NOSUID } from '../../abi/flags/mount.ts';
import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/file-status.ts';
import { listDirectory } from '../../kernel/files.ts';
import type { Op } from '../../plan/ops.ts';
import { mountOverlay, type Overlay } from '../../plan/overlay.ts';
import { outsideId } from '../../plan/user-namespace.ts';
import type { ContainerConfig, MountConfig } from '../config.ts';
import type { ContainerPaths } from '../records/paths.ts';
import { shownLayers, umountAt, type ShownLayers } from '../rootfs/shown-layers.ts';
import type { World } from '../world.ts';
import { volumeDirectories } from './volumes.ts';

interface Stack {
  readonly layers: readonly string[];
  readonly shown: ShownLayers;
  readonly place: OverlayPlace;
}

/** Host directories of one overlay that a container mounts besides its root. */
interface OverlayPlace {
  readonly base: string;
  readonly upper: string;
  readonly work: string;
  readonly merged: string;
  readonly staging: string;
  /** The user's own upper directory: what is written there outlives the container. */
  readonly isKept: boolean;
}

/** Whether a mount is an overlay that is made for the container: `-v SOURCE:DEST:O`, or an image. */
export function isOverlay({ type, options }: Pick<MountConfig, 'type' | 'options'>): boolean {
  return type === 'image' || options.includes('O');
}

/** Where the overlays of a container are mounted on the host, by destination. */
export function overlayDirectories(config: ContainerConfig, paths: ContainerPaths): Record<string, string> {
  const directories: Record<string, string> = {};
  for (const [index, mount] of config.mounts.entries())
    if (isOverlay(mount)) directories[mount.destination] = placeOf(paths, mount, index).merged;
  return directories;
}

/** Mount points of overlays that a dead container may have left. */
export function leftOverlays({ storage }: Pick<ContainerPaths, 'storage'>): string[] {
  const directory = overlaysDirectory(storage);
  // What is called as a container may be a stranger's file.
  const bases = statPath(directory) === undefined ? [] : listDirectory(directory).map((name) => `${directory}/${name}`);
  return bases.flatMap((base) => [`${base}/merged`, `${base}/lower`]);
}

/**
 * Host stage: mounts them; and their end, with what was written to them. The source, or the layers of an image, stay as they
 * are. Throws EMOUNT for a source that is no directory.
 */
export async function mountOverlays(world: World, config: ContainerConfig, paths: ContainerPaths): Promise<Op[]> {
  const ops: Op[] = [];
  for (const [index, mount] of config.mounts.entries()) {
    if (!isOverlay(mount)) continue;
    const place = placeOf(paths, mount, index);
    const layers = await lowerLayers(world, config, mount);
    // What is bound shows its own ids; an image's are the container's.
    const shown =
      mount.type === 'image' ? shownLayers(world, config, layers, place.staging) : { lower: layers, before: [] };
    ops.push(...mountOne(world, mount, { layers, shown, place }));
  }
  return ops;
}

function mountOne(world: World, mount: MountConfig, { layers, shown, place }: Stack): Op[] {
  const { because } = mount;
  const { base, merged, upper, work, isKept } = place;
  const { lower, before, staging } = shown;
  const directories = isKept ? [base, merged] : [base, merged, upper, work];
  const overlay: Overlay = { lower, upper, work, ...(isKept ? {} : { volatile: true }) };
  const flags = mount.type === 'image' ? MS_NOSUID | MS_NODEV : 0;
  return [
    makeDirectory(base.slice(0, base.lastIndexOf('/')), because),
    // Of a run whose monitor was killed.
    { op: 'remove', stage: 'host', because, at: -1, path: base },
    ...directories.map((path) => makeDirectory(path, because)),
    ...(isKept ? [] : likeRoot(upper, layers[0]!, shown, because)),
    ...before,
    mountOverlay(overlay, { target: merged, flags, because, facts: world.facts }),
    ...(staging === undefined ? [] : [umountAt(staging, 'host', because), umountAt(staging, 'cleanup', because)]),
    umountAt(merged, 'cleanup', because),
    { op: 'remove', stage: 'cleanup', because, at: -1, path: base },
  ];
}

/** The upper directory is what shows as the root of the mount. A new volume is there when the plan has made it. */
function likeRoot(upper: string, lower: string, { maps }: ShownLayers, because: string): Op[] {
  const status = statPath(lower);
  if (status === undefined) return [];
  const uid = maps === undefined ? status.uid : outsideId(status.uid, maps.uidMappings);
  const gid = maps === undefined ? status.gid : outsideId(status.gid, maps.gidMappings);
  return [
    { op: 'chown', stage: 'host', because, at: -1, path: upper, uid, gid },
    { op: 'chmod', stage: 'host', because, at: -1, path: upper, mode: status.mode & 0o7777 },
  ];
}

async function lowerLayers(world: World, config: ContainerConfig, mount: MountConfig): Promise<readonly string[]> {
  if (mount.type === 'image') {
    const { imageLayers } = await import('../images/image-config.ts');
    return imageLayers(world, mount.imageId!);
  }
  const directories = volumeDirectories(world, config);
  const source = mount.type === 'bind' ? mount.source! : directories[mount.source || mount.destination]!;
  // A new volume is made by the plan.
  const kind = statPath(source)?.kind ?? (mount.type === 'volume' ? 'directory' : 'nothing');
  if (kind === 'directory') return [source];
  throw new LimpidError({
    code: 'EMOUNT',
    doing: 'mount',
    subject: `at "${mount.destination}" for "${mount.because}"`,
    why: `an overlay lies over a directory, and "${source}" is a ${kind}`,
  });
}

function placeOf({ storage }: ContainerPaths, { options }: MountConfig, index: number): OverlayPlace {
  const base = `${overlaysDirectory(storage)}/${index}`;
  const [merged, staging] = [`${base}/merged`, `${base}/lower`];
  const [upper, work] = [valueOf(options, 'upperdir'), valueOf(options, 'workdir')];
  if (upper !== undefined && work !== undefined) return { base, merged, staging, upper, work, isKept: true };
  return { base, merged, staging, upper: `${base}/upper`, work: `${base}/work`, isKept: false };
}

function valueOf(options: readonly string[], key: string): string | undefined {
  return options.find((word) => word.startsWith(`${key}=`))?.slice(key.length + 1);
}

function overlaysDirectory(storage: string): string {
  return `${storage}/overlays`;
}

function makeDirectory(path: string, because: string): Op {
  return { op: 'mkdir', stage: 'host', because, at: -1, path, mode: 0o755, existOk: true };
}
