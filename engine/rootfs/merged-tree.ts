import { closeNode, openChild, openTree, readNames, readXattrs, type TreeNode } from '../../kernel/tree.ts';

/** What one layer has at a place of the tree. */
export interface Part {
  readonly layer: string;
  readonly node: TreeNode;
}

/**
 * What shows at a place of a stack of layers, by overlayfs' rules: one part of any kind of file, or the directories that a
 * merged directory is made of, topmost first; empty where nothing shows. Held open: the caller closes it.
 */
export type Shown = readonly Part[];

/** The root of a stack, topmost layer first. */
export function openLayers(layers: readonly string[]): Shown {
  return layers.map((layer) => ({ layer, node: openTree(layer) }));
}

/** What shows at a name in a merged directory; names are bytes, one character each. */
export function openShown(directory: Shown, name: string): Shown {
  const parts: Part[] = [];
  for (const { layer, node } of directory) {
    const found = openChild(node, name);
    if (found === undefined) continue;
    const isDirectory = found.kind === 'directory';
    // A file hides what lies below it; one below a directory does not show.
    if (isWhiteout(found) || (!isDirectory && parts.length > 0)) {
      closeNode(found);
      return parts;
    }
    parts.push({ layer, node: found });
    if (!isDirectory || isOpaque(found)) return parts;
  }
  return parts;
}

export function closeShown(parts: Shown): void {
  for (const { node } of parts) closeNode(node);
}

/** Names in directories, each once, sorted; those of whiteouts among them. */
export function namesIn(directories: Shown): string[] {
  return [...new Set(directories.flatMap(({ node }) => readNames(node)))].toSorted();
}

export function isDirectory(shown: Shown): boolean {
  return shown[0]?.node.kind === 'directory';
}

function isWhiteout({ kind, major, minor }: TreeNode): boolean {
  return kind === 'char' && major === 0 && minor === 0;
}

function isOpaque(node: TreeNode): boolean {
  return readXattrs(node).get('trusted.overlay.opaque')?.[0] === 'y'.charCodeAt(0);
}
