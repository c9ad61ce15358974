import { closeNode, openChild, openTree, readNames, readXattrs, type TreeNode } from '../../kernel/tree.ts';
import { statPath } from '../../kernel/file-status.ts';
import { layerShowing } from '../rootfs/layers.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';
import { findImage } from './find.ts';
import { imageLayers } from './image-config.ts';
import { ownFiles } from './own-files.ts';

export interface Change {
  readonly kind: 'added' | 'changed' | 'deleted';
  /** Absolute, as the container sees it. */
  readonly path: string;
}

/** What a container has changed of its layers, by its upper layer alone. Throws ENOCONTAINER. */
export async function diffContainer(world: World, reference: string): Promise<Change[]> {
  const { config, paths }: ContainerRecord = findRecord(world, reference);
  if (statPath(paths.upper) === undefined) return [];
  const lower = await resolveRootfs(world, config.rootfs);
  return changesOf(paths.upper, lower, ownFiles(config));
}

/** What an image's topmost layer changes of those below. Throws ENOIMAGE. */
export function diffImage(world: World, text: string): Change[] {
  const [top = '', ...below] = imageLayers(world, findImage(world, text).id);
  return changesOf(top, below, () => false);
}

/** Sorted by path; `path` is the bytes of a name, one character each. */
function changesOf(upper: string, lower: readonly string[], leaveOut: (path: string) => boolean): Change[] {
  const changes: Change[] = [];
  const walk = (directory: TreeNode, prefix: string, hidesLower: boolean): boolean => {
    let any = false;
    for (const name of readNames(directory)) {
      const path = prefix + name;
      if (leaveOut(path)) continue;
      const node = openChild(directory, name);
      if (node === undefined) continue;
      try {
        any = note(node, path, hidesLower) || any;
      } finally {
        closeNode(node);
      }
    }
    return any;
  };
  const note = (node: TreeNode, path: string, hidesLower: boolean): boolean => {
    const shown = `/${Buffer.from(path, 'latin1').toString()}`;
    const below = hidesLower ? undefined : layerShowing(lower, shown);
    if (node.kind === 'char' && node.major === 0 && node.minor === 0) {
      changes.push({ kind: 'deleted', path: shown });
      return true;
    }
    const at = changes.length;
    const isDirectory = node.kind === 'directory';
    const inside = isDirectory && walk(node, `${path}/`, hidesLower || below === undefined || isOpaque(node));
    // A directory that is only the way to something mounted is no change.
    if (isDirectory && !inside && isWayToMounts(path)) return false;
    changes.splice(at, 0, { kind: below === undefined ? 'added' : 'changed', path: shown });
    return true;
  };
  const isWayToMounts = (path: string): boolean => WAYS.has(path);
  const root = openTree(upper);
  try {
    walk(root, '', false);
  } finally {
    closeNode(root);
  }
  return changes;
}

/** Directories in which the engine makes the targets of its mounts. */
const WAYS: ReadonlySet<string> = new Set(['etc', 'run']);

function isOpaque(node: TreeNode): boolean {
  return readXattrs(node).get('trusted.overlay.opaque')?.[0] === 'y'.charCodeAt(0);
}
