import { MS_REC, MS_SLAVE } from '../abi/flags/mount.ts';
import { ownAttributes } from './mount-attributes.ts';
import type { Op } from './ops.ts';
import type { ParsedMount } from './parse-mounts.ts';
import { mappedSlot, SLOT } from './slots.ts';
import type { MountTargets } from './targets.ts';

/** Host stage, before the clone: a process in a user namespace of its own has no power over the host's files. */
export function cloneMappedMounts(mounts: readonly ParsedMount[]): Op[] {
  return mounts.filter(({ ids }) => ids !== undefined).flatMap((mount, index) => cloneMapped(mount, mappedSlot(index)));
}

function cloneMapped({ source, options, because, ids }: ParsedMount, slot: number): Op[] {
  const wholeTree = options.recursiveAttrSet !== 0 || options.recursiveAttrClear !== 0;
  const { uidMap, gidMap, recursive } = ids!;
  return [
    { op: 'user_namespace', stage: 'host', because, slot: SLOT.idMaps, uidMap, gidMap },
    {
      op: 'clone_mount',
      stage: 'host',
      because,
      slot,
      source,
      recursive: options.recursive,
      attrSet: wholeTree ? options.recursiveAttrSet : options.attrSet,
      attrClear: wholeTree ? options.recursiveAttrClear : options.attrClear,
      attrRecursive: wholeTree,
      // It comes from the host's namespace, and must not spread what is mounted in it back there.
      propagation: options.propagation & ~MS_REC || MS_SLAVE,
      idMap: SLOT.idMaps,
      idMapRecursive: recursive,
    },
    { op: 'close', stage: 'host', because, slot: SLOT.idMaps },
  ];
}

/** Child stage: the mount that the host has made is put in its place. */
export function attachMapped(mount: ParsedMount, index: number, targets: MountTargets, isFile: boolean): Op[] {
  const { target, options, because } = mount;
  const makeTarget = isFile ? targets.file(target, because) : targets.directory(target, because);
  targets.covered(target, 'bind');
  const wholeTree = options.recursiveAttrSet !== 0 || options.recursiveAttrClear !== 0;
  return [
    ...makeTarget,
    { op: 'attach_mount', stage: 'child', because, slot: mappedSlot(index), at: SLOT.root, target },
    ...(wholeTree ? ownAttributes(target, options, because) : []),
  ];
}
