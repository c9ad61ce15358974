import { MNT_DETACH, MS_PRIVATE } from '../abi/flags/mount.ts';
import { O_CLOEXEC, O_RDONLY } from '../abi/flags/open.ts';
import type { OverlayRootfs } from './context.ts';
import { isBornInUserNamespace } from './namespaces.ts';
import type { Op } from './ops.ts';
import type { LaunchRequest } from './request.ts';
import { NONE, SLOT } from './slots.ts';
import { parentOf } from './targets.ts';
import { idMap } from './user-namespace.ts';

/** A rootfs whose layers show the owners that the container's user namespace maps to theirs. */
export interface MappedLayers {
  readonly rootfs: OverlayRootfs;
  /** Host stage, before and behind the mount of the overlay. */
  readonly before: readonly Op[];
  readonly after: readonly Op[];
  /** A mount point that a start which fails half-way leaves. */
  readonly staging: string;
}

/**
 * For a container in a user namespace: each layer bound with its ids mapped, for the overlay to lie on.
 * All of them hang below one mount, so that one umount takes them, and go as soon as the overlay stands: overlayfs
 * holds private copies of the mounts that it was given (fs/overlayfs/super.c, ovl_get_layers).
 */
export function mapLayers(request: LaunchRequest): MappedLayers | undefined {
  const {
    context: { rootfs },
    namespaces,
  } = request;
  if (rootfs.kind === 'directory' || !isBornInUserNamespace(namespaces)) return undefined;
  const staging = stagingDirectory(rootfs.upper);
  const because = request.because('linux.uidMappings', 'the container’s ids in its layers');
  const { lower, before } = bindMapped(rootfs.lower, staging, openMaps(request, because));
  return { rootfs: { ...rootfs, lower }, before, after: [umountStaging(staging)], staging };
}

/** Layers bound below `staging` with their ids mapped by the user namespace that `openMaps` puts into the slot for it. */
export function bindMapped(
  layers: readonly string[],
  staging: string,
  openMaps: Op,
): { lower: string[]; before: Op[] } {
  const { because } = openMaps;
  const lower = layers.map((_, index) => `${staging}/${index}`);
  const before: Op[] = [openMaps, makeDirectory(staging, because), bind(staging, staging, NONE, because)];
  for (const [index, path] of lower.entries())
    before.push(makeDirectory(path, because), bind(layers[index]!, path, SLOT.idMaps, because));
  before.push({ op: 'close', stage: 'host', because, slot: SLOT.idMaps });
  return { lower, before };
}

function openMaps({ spec, namespaces }: LaunchRequest, because: string): Op {
  const path = namespaces.joined.get('user');
  const slot = SLOT.idMaps;
  if (path !== undefined) {
    return { op: 'open', stage: 'host', because, slot, at: NONE, path, flags: O_RDONLY | O_CLOEXEC, mode: 0 };
  }
  const { uidMappings = [], gidMappings = [] } = spec.linux ?? {};
  const maps = { uidMap: idMap(uidMappings), gidMap: idMap(gidMappings) };
  return { op: 'user_namespace', stage: 'host', because, slot, ...maps };
}

/** Beside the upper layer: `…/containers/ID/lower`. */
export function stagingDirectory(upper: string): string {
  return `${parentOf(upper)}/lower`;
}

function umountStaging(path: string): Op {
  const because = 'overlayfs has copies of its own';
  return { op: 'umount', stage: 'host', because, at: NONE, path, flags: MNT_DETACH, missingOk: false };
}

function makeDirectory(path: string, because: string): Op {
  return { op: 'mkdir', stage: 'host', because, at: NONE, path, mode: 0o700, existOk: true };
}

function bind(source: string, target: string, idMapSlot: number, because: string): Op {
  return {
    op: 'bind',
    stage: 'host',
    because,
    sourceAt: NONE,
    source,
    at: NONE,
    target,
    recursive: false,
    attrSet: 0,
    attrClear: 0,
    attrRecursive: false,
    propagation: MS_PRIVATE,
    idMap: idMapSlot,
    idMapRecursive: false,
    missingOk: false,
  };
}
