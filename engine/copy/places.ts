import { LimpidError } from '../../base/error.ts';
import { closeNode, openBelowAcross, readLink, type TreeNode } from '../../kernel/tree.ts';

/** Where something is copied from or to: a path of the host, absolute, or of a container. */
export interface CopyPlace {
  readonly container?: string;
  readonly path: string;
}

/** A file or directory that is there. Bytes, one character each. */
export interface Found {
  readonly node: TreeNode;
  /** The last part of the path as it was typed; `''` where a directory's contents are meant, as by `DIR/.`. */
  readonly name: string;
}

/** What is at the end of the path that something is copied to. */
export interface Target {
  readonly kind: 'directory' | 'file' | 'nothing';
  /** The directory itself, else that which the file is or will be in. */
  readonly directory: TreeNode;
  /** Of the file in it. */
  readonly name: string;
  /** The path ended with a slash. */
  readonly wantsDirectory: boolean;
}

const LINKS_MAX = 40;

/** Links are followed, the last one too, and never out of the root. The caller closes the node. Throws ENOENT. */
export function findSource(root: TreeNode, place: CopyPlace): Found {
  const path = bytes(place.path);
  const node = follow(root, path)?.node;
  if (node === undefined) throw missing(place);
  if (!/\/\.?$/.test(path) || node.kind === 'directory') {
    const isContents = /(?:^|\/)\.{1,2}$/.test(path);
    return { node, name: isContents ? '' : baseName(path) };
  }
  closeNode(node);
  throw notADirectory(place);
}

/** As `findSource`; what is not there yet has to have a directory to be in. */
export function findTarget(root: TreeNode, place: CopyPlace): Target {
  const path = bytes(place.path);
  const wantsDirectory = /\/\.?$/.test(path);
  const found = follow(root, path);
  if (found?.node.kind === 'directory')
    return { kind: 'directory', directory: found.node, name: baseName(found.path), wantsDirectory };
  if (found !== undefined) closeNode(found.node);
  if (found !== undefined && wantsDirectory) throw notADirectory(place);
  const at = found?.path ?? path.replace(/(?:\/\.?)+$/, '');
  const directory = follow(root, at.slice(0, at.lastIndexOf('/')) || '/')?.node;
  if (directory?.kind === 'directory' && baseName(at) !== '')
    return { kind: found === undefined ? 'nothing' : 'file', directory, name: baseName(at), wantsDirectory };
  if (directory !== undefined) closeNode(directory);
  throw missing({ ...place, path: at.slice(0, at.lastIndexOf('/')) || '/' });
}

/** As it is typed: `lab:/etc/hosts`. */
export function placeText({ container, path }: CopyPlace): string {
  return container === undefined ? path : `${container}:${path}`;
}

/** What stands at a path, and where that is without links at its end. */
function follow(root: TreeNode, path: string): { readonly node: TreeNode; readonly path: string } | undefined {
  let at = path.replace(/(?:\/\.?)+$/, '') || '/';
  for (let links = 0; links < LINKS_MAX; links++) {
    const node = openBelowAcross(root, at);
    if (node?.kind !== 'symlink') return node && { node, path: at };
    const target = readLink(node);
    closeNode(node);
    at = target.startsWith('/') ? target : `${at.slice(0, at.lastIndexOf('/') + 1)}${target}`;
  }
  return undefined;
}

function baseName(path: string): string {
  return path.slice(path.replace(/\/+$/, '').lastIndexOf('/') + 1).replace(/\/+$/, '');
}

function bytes(path: string): string {
  return Buffer.from(path).toString('latin1');
}

function missing(place: CopyPlace): LimpidError {
  const subject = `"${Buffer.from(placeText(place), 'latin1').toString()}"`;
  return new LimpidError({ code: 'ENOENT', doing: 'find', subject, why: 'there is no such file or directory' });
}

function notADirectory(place: CopyPlace): LimpidError {
  return new LimpidError({
    code: 'ENOTDIR',
    doing: 'use',
    subject: `"${placeText(place)}"`,
    why: 'it ends with a slash, and is no directory',
  });
}
