import { MS_REC, MS_SLAVE } from '../abi/flags/mount.ts';
import type { IdMapping, Mount } from '../spec/runtime.ts';
import { ownAttributes } from './mount-attributes.ts';
import type { ParsedMount } from './mounts.ts';
import type { Op } from './ops.ts';
import type { LaunchRequest } from './request.ts';
import { mappedSlot, SLOT } from './slots.ts';
import { specError } from './spec-error.ts';
import type { MountTargets } from './targets.ts';
import { idMap } from './user-namespace.ts';

/** How the ids of a mount's files are shifted: runtime-spec, Mounts, `uidMappings`, `idmap`, `ridmap`. */
export interface MountIds {
  readonly uidMap: string;
  readonly gidMap: string;
  readonly recursive: boolean;
}

/** The maps of a mount; those of the container where it says `idmap` alone. Throws LimpidError `ESPEC` for half of them. */
export function mountIds(
  mount: Mount,
  option: 'no' | 'mount' | 'tree',
  { spec }: Pick<LaunchRequest, 'spec'>,
): MountIds | undefined {
  const { uidMappings = [], gidMappings = [], destination } = mount;
  const isSaid = uidMappings.length > 0 || gidMappings.length > 0;
  if (option === 'no' && !isSaid) return undefined;
  const field = `mounts[${destination}]`;
  const uids: readonly IdMapping[] = isSaid ? uidMappings : (spec.linux?.uidMappings ?? []);
  const gids: readonly IdMapping[] = isSaid ? gidMappings : (spec.linux?.gidMappings ?? []);
  if (uids.length === 0 || gids.length === 0)
    throw specError(field, 'ids are mapped by uidMappings and gidMappings together');
  return { uidMap: idMap(uids), gidMap: idMap(gids), recursive: option === 'tree' };
}

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
