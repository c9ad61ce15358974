import { concatMap } from '../base/concat-map.ts';
import { MOUNT_ATTR_RDONLY, MS_RDONLY, MS_REC } from '../abi/flags/mount.ts';
import { O_CLOEXEC, O_DIRECTORY, O_PATH, openFlagsOn } from '../abi/flags/open.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import type { MountOptions } from '../abi/mount-options.ts';
import { planCgroupMount } from './cgroup/mounts.ts';
import type { CgroupLayout } from './cgroup/layout.ts';
import { attachMapped } from './mapped-mounts.ts';
import { ownAttributes, propagationOf, readOnly, treeAttributes } from './mount-attributes.ts';
import { isBornInUserNamespace } from './namespaces.ts';
import type { Op } from './ops.ts';
import type { ParsedMount } from './parse-mounts.ts';
import type { LaunchRequest } from './request.ts';
import { NONE, SLOT, sourceSlot } from './slots.ts';
import type { MountTargets } from './targets.ts';

/**
 * Child stage, runtime-spec, Mounts: "MUST mount entries in the listed order". Read-only file systems that others
 * are mounted in are made read-only by `sealMounts`, once their targets are there.
 */
export function mountAll(
  mounts: readonly ParsedMount[],
  targets: MountTargets,
  request: LaunchRequest,
  layout: CgroupLayout,
): Op[] {
  const slots = sourceSlots(mounts, request);
  const mapped = mounts.filter(({ ids }) => ids !== undefined);
  return concatMap(mounts, (mount): Op[] => {
    const isFile = request.context.sourceKinds?.[mount.source] === 'file';
    if (mount.ids !== undefined) return attachMapped(mount, mapped.indexOf(mount), targets, isFile);
    if (mount.isBind) return bindMount(mount, targets, request, slots.get(mount));
    if (mount.type === 'cgroup' || mount.type === 'cgroup2') return planCgroupMount(mount, targets, request, layout);
    return newMount(mount, targets, isSealedLater(mount, mounts), request);
  });
}

/** Child stage, before it becomes the mapped root: the sources may lie where only the host's root gets through. */
export function openSources(mounts: readonly ParsedMount[], request: LaunchRequest): Op[] {
  if (!isBornInUserNamespace(request.namespaces)) return [];
  const flags = O_PATH | O_CLOEXEC;
  return [...sourceSlots(mounts, request)].map(([{ source, because }, slot]) => {
    return { op: 'open', stage: 'child', because, slot, at: NONE, path: source, flags, mode: 0 };
  });
}

export function sealMounts(mounts: readonly ParsedMount[]): Op[] {
  return mounts.filter((mount) => isSealedLater(mount, mounts)).map(({ target, because }) => readOnly(target, because));
}

/** runtime-spec, Masked Paths and Read-only Paths. Masks go last, as a read-only path may hold a masked one. */
export function hidePaths({ linux }: RuntimeSpec, request: LaunchRequest): Op[] {
  const { maskedPaths = [], readonlyPaths = [] } = linux ?? {};
  const nullDevice = { slot: SLOT.nullDevice, at: NONE, path: '/dev/null', flags: O_PATH | O_CLOEXEC, mode: 0 };
  const maskBecause = request.because('linux.maskedPaths');
  return [
    ...readonlyPaths.map((path) => readOnlyPath(path, request.because('linux.readonlyPaths'))),
    ...(maskedPaths.length > 0 ? [{ op: 'open', stage: 'child', because: maskBecause, ...nullDevice } as const] : []),
    ...maskedPaths.map((path): Op => {
      return { op: 'mask', stage: 'child', because: maskBecause, at: SLOT.root, path, file: SLOT.nullDevice };
    }),
  ];
}

function sourceSlots(mounts: readonly ParsedMount[], { namespaces }: LaunchRequest): Map<ParsedMount, number> {
  if (!isBornInUserNamespace(namespaces)) return new Map();
  return new Map(
    mounts.filter(({ isBind, ids }) => isBind && ids === undefined).map((mount, index) => [mount, sourceSlot(index)]),
  );
}

function isSealedLater({ target, type, isBind, options }: ParsedMount, mounts: readonly ParsedMount[]): boolean {
  if (isBind || type !== 'tmpfs' || (options.flags & MS_RDONLY) === 0) return false;
  return target === '/dev' || mounts.some((other) => other.target.startsWith(`${target}/`));
}

function newMount(
  { target, type, source, options, because }: ParsedMount,
  targets: MountTargets,
  sealedLater: boolean,
  { facts, spec }: LaunchRequest,
): Op[] {
  const copied = options.copyUp && type === 'tmpfs';
  const flags = sealedLater || copied ? options.flags & ~MS_RDONLY : options.flags;
  const makeTarget = targets.directory(target, because);
  targets.covered(target, type);
  const mount: Op = {
    op: 'mount',
    stage: 'child',
    because,
    at: SLOT.root,
    target,
    type,
    source,
    flags,
    data: labelled(type, options.data, spec.linux?.mountLabel),
  };
  const sealed = copied && !sealedLater && (options.flags & MS_RDONLY) !== 0;
  return [
    ...makeTarget,
    ...(copied ? copyUp(target, mount, openFlagsOn(facts.arch, O_DIRECTORY)) : [mount]),
    ...(sealed ? [readOnly(target, because)] : []),
    ...treeAttributes(target, options, because),
    ...propagationOf(target, options, because),
  ];
}

/** SELinux's context=, for the file systems whose files have no labels of their own. */
function labelled(type: string, data: string, label = ''): string {
  if (label === '' || !['tmpfs', 'devpts', 'ramfs'].includes(type)) return data;
  return `${data === '' ? '' : `${data},`}context="${label}"`;
}

/** `tmpcopyup`: what was at the target is held by a descriptor while the tmpfs goes over it. */
function copyUp(path: string, mount: Op, directoryFlag: number): Op[] {
  const [slot, because] = [SLOT.copied, 'tmpcopyup'];
  const flags = O_PATH | O_CLOEXEC | directoryFlag;
  return [
    { op: 'open', stage: 'child', because, slot, at: SLOT.root, path, flags, mode: 0 },
    mount,
    { op: 'copy_tree', stage: 'child', because, source: slot, at: SLOT.root, path },
    { op: 'close', stage: 'child', because, slot },
  ];
}

function bindMount(
  mount: ParsedMount,
  targets: MountTargets,
  { context }: LaunchRequest,
  slot: number | undefined,
): Op[] {
  const { target, source, options, because } = mount;
  const isFile = context.sourceKinds?.[source] === 'file';
  const makeTarget = isFile ? targets.file(target, because) : targets.directory(target, because);
  targets.covered(target, 'bind');
  const wholeTree = options.recursiveAttrSet !== 0 || options.recursiveAttrClear !== 0;
  const bind: Op<'bind'> = {
    op: 'bind',
    stage: 'child',
    because,
    sourceAt: slot ?? NONE,
    // An empty path stands for what the slot holds.
    source: slot === undefined ? source : '',
    at: SLOT.root,
    target,
    recursive: options.recursive,
    attrSet: wholeTree ? options.recursiveAttrSet : options.attrSet,
    attrClear: wholeTree ? options.recursiveAttrClear : options.attrClear,
    attrRecursive: wholeTree,
    propagation: propagationAtOnce(options, wholeTree),
    idMap: NONE,
    idMapRecursive: false,
    missingOk: false,
  };
  const own = wholeTree ? ownAttributes(target, options, because) : [];
  return [...makeTarget, bind, ...own, ...(bind.propagation === 0 ? propagationOf(target, options, because) : [])];
}

/** A bind changes attributes and propagation in one call: for one mount, or for a tree where both are meant for all. */
function propagationAtOnce({ recursive, propagation }: MountOptions, wholeTree: boolean): number {
  const forTree = (propagation & MS_REC) !== 0;
  return !recursive || (wholeTree && forTree) ? propagation & ~MS_REC : 0;
}

function readOnlyPath(path: string, because: string): Op {
  return {
    op: 'bind',
    stage: 'child',
    because,
    sourceAt: SLOT.root,
    source: path,
    at: SLOT.root,
    target: path,
    recursive: true,
    attrSet: MOUNT_ATTR_RDONLY,
    attrClear: 0,
    attrRecursive: true,
    propagation: 0,
    idMap: NONE,
    idMapRecursive: false,
    missingOk: true,
  };
}
