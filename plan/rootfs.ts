import { MNT_DETACH, MOUNT_ATTR_RDONLY, MS_PRIVATE, MS_REC, MS_SLAVE } from '../abi/flags/mount.ts';
import { O_CLOEXEC, O_DIRECTORY, O_PATH, openFlagsOn } from '../abi/flags/open.ts';
import { parseMountOptions } from '../abi/mount-options.ts';
import { mapLayers } from './mapped-layers.ts';
import { outsideId } from './user-namespace.ts';
import { isBornInUserNamespace } from './namespaces.ts';
import type { Op, Stage } from './ops.ts';
import { mountOverlay } from './overlay.ts';
import type { LaunchRequest } from './request.ts';
import { specError } from './spec-error.ts';
import { NONE, SLOT } from './slots.ts';

/** Host stage: the overlay is mounted outside too, where `MergedDir` shows what the container sees. */
export function mountOutside(request: LaunchRequest): Op[] {
  const { rootfs } = request.context;
  if (rootfs.kind === 'directory') return isShared(request) ? [bindOnItself(rootfs.path, 'host')] : [];
  const directories = [rootfs.upper, rootfs.work, rootfs.merged];
  const mapped = mapLayers(request);
  return [
    ...directories.map((path): Op => makeDirectory(path)),
    ...giveToMappedRoot([rootfs.upper, rootfs.work], request),
    ...(mapped?.before ?? []),
    mountOverlay(mapped?.rootfs ?? rootfs, {
      target: rootfs.merged,
      flags: 0,
      because: 'what the container writes goes to a layer of its own',
      facts: request.facts,
    }),
    ...(mapped?.after ?? []),
  ];
}

/** The upper directory is what shows as the root directory, and there root inside makes the targets of mounts. */
function giveToMappedRoot(paths: readonly string[], { spec, namespaces }: LaunchRequest): Op[] {
  if (!isBornInUserNamespace(namespaces)) return [];
  const [uid, gid] = [outsideId(0, spec.linux?.uidMappings ?? []), outsideId(0, spec.linux?.gidMappings ?? [])];
  const because = 'the root directory belongs to root inside';
  return paths.map((path) => ({ op: 'chown', stage: 'host', because, at: NONE, path, uid, gid }));
}

/** Child stage: cut the propagation to the host, then hold the root directory. pivot_root(2) wants it a mount point. */
export function enterRoot(request: LaunchRequest): Op[] {
  const { context, rootPath, namespaces } = request;
  const ops = [limitPropagation(request)];
  if (isShared(request)) ops.push(makePrivate(rootPath), bindOnItself(rootPath, 'child'));
  // The mounts that another user namespace gets a copy of are locked, and pivot_root(2) refuses a locked one.
  else if (context.rootfs.kind === 'directory' || isBornInUserNamespace(namespaces))
    ops.push(bindOnItself(rootPath, 'child', asksForSlave(request) ? MS_SLAVE : MS_PRIVATE));
  return [...ops, openRoot(request)];
}

/** The new root is then one of the mount that it is bound from, as long as that has a master itself. */
function asksForSlave({ spec }: LaunchRequest): boolean {
  const word = spec.linux?.rootfsPropagation;
  return word === 'slave' || word === 'rslave';
}

function openRoot({ facts, rootPath }: LaunchRequest): Op {
  return {
    op: 'open',
    stage: 'child',
    because: 'every path of the container is resolved below its root',
    slot: SLOT.root,
    at: NONE,
    path: rootPath,
    flags: openFlagsOn(facts.arch, O_PATH | O_DIRECTORY | O_CLOEXEC),
    mode: 0,
  };
}

/** Child stage, behind all mounts: they needed the root writable, to make their targets. */
export function sealRoot({ spec, because }: LaunchRequest): Op[] {
  if (!spec.root?.readonly) return [];
  return [
    {
      op: 'mount_setattr',
      stage: 'child',
      because: because('root.readonly'),
      at: SLOT.root,
      path: '/',
      recursive: false,
      attrSet: MOUNT_ATTR_RDONLY,
      attrClear: 0,
      propagation: 0,
    },
  ];
}

export function pivotRoot(request: LaunchRequest): Op[] {
  const ops: Op[] = [
    {
      op: request.context.noPivot ? 'move_root' : 'pivot_root',
      stage: 'child',
      because: request.context.noPivot
        ? '--no-pivot'
        : 'the root directory becomes the root, and the host leaves its sight',
      slot: SLOT.root,
    },
  ];
  const propagation = rootPropagation(request);
  if (request.spec.linux?.rootfsPropagation) {
    ops.push(setPropagation('init', '/', propagation, request.because('linux.rootfsPropagation')));
  }
  return ops;
}

/** Clean-up stage. */
export function umountOutside(request: LaunchRequest): Op[] {
  const { context, rootPath } = request;
  if (context.rootfs.kind === 'directory' && !isShared(request)) return [];
  const staging = mapLayers(request)?.staging;
  return [umountRoot(rootPath), ...(staging === undefined ? [] : [umountRoot(staging)])];
}

export function umountRoot(path: string): Op {
  const because = 'the container is gone';
  return { op: 'umount', stage: 'cleanup', because, at: NONE, path, flags: MNT_DETACH, missingOk: true };
}

function rootPropagation({ spec }: LaunchRequest): number {
  const word = spec.linux?.rootfsPropagation ?? '';
  if (word === '') return MS_SLAVE | MS_REC;
  const { propagation } = parseMountOptions([word]);
  if (propagation === 0) throw specError('linux.rootfsPropagation', `"${word}" is no propagation`);
  return propagation;
}

function isShared(request: LaunchRequest): boolean {
  return (rootPropagation(request) & ~MS_REC & (MS_SLAVE | MS_PRIVATE)) === 0;
}

/** Of the whole tree even where only the root is to have it: pivot_root(2) refuses a root that hangs on a shared mount. */
function limitPropagation(request: LaunchRequest): Op {
  const isAsked = Boolean(request.spec.linux?.rootfsPropagation);
  const standing = isAsked ? undefined : 'mounts made inside do not spread to the host';
  const propagation = rootPropagation(request) | (isShared(request) ? 0 : MS_REC);
  return setPropagation('child', '/', propagation, request.because('linux.rootfsPropagation', standing));
}

function makePrivate(path: string): Op {
  return setPropagation(
    'child',
    path,
    MS_PRIVATE,
    'pivot_root(2): the mount that the new root hangs on must not be shared',
  );
}

function setPropagation(stage: Stage, path: string, propagation: number, because: string): Op {
  return {
    op: 'mount_setattr',
    stage,
    because,
    at: NONE,
    path,
    recursive: (propagation & MS_REC) !== 0,
    attrSet: 0,
    attrClear: 0,
    propagation: propagation & ~MS_REC,
  };
}

function bindOnItself(path: string, stage: Stage, propagation = MS_PRIVATE): Op {
  return {
    op: 'bind',
    stage,
    because: 'pivot_root(2) wants the new root to be a mount point',
    sourceAt: NONE,
    source: path,
    at: NONE,
    target: path,
    recursive: true,
    attrSet: 0,
    attrClear: 0,
    attrRecursive: false,
    propagation,
    idMap: NONE,
    idMapRecursive: false,
    missingOk: false,
  };
}

function makeDirectory(path: string): Op {
  return {
    op: 'mkdir',
    stage: 'host',
    because: 'the layer of this container',
    at: NONE,
    path,
    mode: 0o755,
    existOk: true,
  };
}
