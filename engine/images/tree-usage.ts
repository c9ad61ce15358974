import { statPath } from '../../kernel/file-status.ts';
import { closeNode, openChild, openTree, readNames, type TreeNode } from '../../kernel/tree.ts';

/** Bytes that a tree takes on its disk, as du(1) counts: each file once, however many names it has; 0 where nothing is. */
export function treeUsage(path: string, seen: Set<string> = new Set()): number {
  const status = statPath(path, { followLinks: false });
  if (status === undefined) return 0;
  if (status.kind !== 'directory') return status.allocatedBytes;
  const root = openTree(path);
  try {
    return usageOf(root, seen);
  } finally {
    closeNode(root);
  }
}

function usageOf(node: TreeNode, seen: Set<string>): number {
  if (node.links > 1 && node.kind !== 'directory') {
    const key = `${node.device} ${node.inode}`;
    if (seen.has(key)) return 0;
    seen.add(key);
  }
  let bytes = node.allocatedBytes;
  if (node.kind !== 'directory') return bytes;
  for (const name of readNames(node)) {
    const child = openChild(node, name);
    // Gone meanwhile, or mounted there.
    if (child === undefined) continue;
    try {
      bytes += usageOf(child, seen);
    } finally {
      closeNode(child);
    }
  }
  return bytes;
}
