import { MOUNT_ATTR_RDONLY, MS_REC } from '../abi/flags/mount.ts';
import type { MountOptions } from '../abi/mount-options.ts';
import type { Op } from './ops.ts';
import { SLOT } from './slots.ts';

interface Change {
  readonly recursive?: boolean;
  readonly attrSet?: number;
  readonly attrClear?: number;
  readonly propagation?: number;
}

/** Child stage: what mount_setattr(2) changes of a mount below the container's root. */
function change(
  path: string,
  because: string,
  { recursive = false, attrSet = 0, attrClear = 0, propagation = 0 }: Change,
): Op {
  return {
    op: 'mount_setattr',
    stage: 'child',
    because,
    at: SLOT.root,
    path,
    recursive,
    attrSet,
    attrClear,
    propagation,
  };
}

export function readOnly(path: string, because: string): Op {
  return change(path, because, { attrSet: MOUNT_ATTR_RDONLY });
}

/** The `rro`, `rnosuid` … of a mount. */
export function treeAttributes(path: string, options: MountOptions, because: string): Op[] {
  const { recursiveAttrSet: attrSet, recursiveAttrClear: attrClear } = options;
  return attrSet === 0 && attrClear === 0 ? [] : [change(path, because, { recursive: true, attrSet, attrClear })];
}

/** The `ro`, `nosuid` … of a mount. */
export function ownAttributes(path: string, { attrSet, attrClear }: MountOptions, because: string): Op[] {
  return attrSet === 0 && attrClear === 0 ? [] : [change(path, because, { attrSet, attrClear })];
}

export function propagationOf(path: string, { propagation }: MountOptions, because: string): Op[] {
  if (propagation === 0) return [];
  return [change(path, because, { recursive: (propagation & MS_REC) !== 0, propagation: propagation & ~MS_REC })];
}
