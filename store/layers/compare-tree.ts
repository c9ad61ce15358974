import type { ByteText, TarEntry, TarSink } from '../../abi/tar/entry.ts';
import { closeDescriptor, readAt } from '../../kernel/descriptors.ts';
import {
  closeNode,
  openBelow,
  openChild,
  openForReading,
  openTree,
  readLink,
  readNames,
  readXattrs,
  type TreeNode,
} from '../../kernel/tree.ts';
import { entryName } from './entry-name.ts';
import { isKeptAttribute } from './layer-sink.ts';
import { readMarker } from './marker.ts';

export interface LayerDamage {
  /** In the layer, as far as it is UTF-8; `undefined` where the whole of it is meant. */
  readonly path?: string;
  readonly what: string;
}

/** More would be read by nobody. */
const DAMAGES_MAX = 20;

/** Compares an unpacked layer with the archive that it was made of, while that is read again. */
export class TreeComparison implements TarSink {
  readonly #top: TreeNode;
  /** The last word on a path counts, as it does in unpacking. */
  readonly #damages = new Map<ByteText, string>();
  readonly #seen = new Set<bigint>();
  readonly #hidden = new Set<ByteText>();
  readonly #parents = new Set<ByteText>();
  #path: ByteText = '';
  #node: TreeNode | undefined;
  #fd = -1;
  #end = 0;

  constructor(directory: string) {
    this.#top = openTree(directory);
    this.#seen.add(this.#top.inode);
  }

  entry(entry: TarEntry): void {
    const path = entryName(entry.path);
    const marker = readMarker(path);
    this.#node = undefined;
    if (marker !== undefined) return this.#marker(marker.kind, marker.path);
    this.#path = path;
    this.#damages.delete(path);
    this.#noteParents(path);
    const node = path === '' ? openTree(`/proc/self/fd/${this.#top.fd}`) : openBelow(this.#top, path);
    if (node === undefined) return this.#damage('is missing');
    this.#seen.add(node.inode);
    const difference = entry.kind === 'link' ? this.#linkDifference(entry, node) : differenceOf(entry, node);
    if (difference !== undefined) this.#damage(difference);
    if (difference === undefined && entry.kind === 'file') {
      this.#fd = openForReading(node);
      this.#end = 0;
      this.#node = node;
    } else closeNode(node);
  }

  data(offset: number, bytes: Uint8Array): void {
    if (this.#node === undefined) return;
    if (!this.#isHole(this.#end, offset) || Buffer.compare(readAt(this.#fd, offset, bytes.length), bytes) !== 0)
      this.#damage('has other contents');
    this.#end = offset + bytes.length;
  }

  end(): void {
    if (this.#node === undefined) return;
    if (!this.#isHole(this.#end, this.#node.size)) this.#damage('has other contents');
    closeDescriptor(this.#fd);
    closeNode(this.#node);
    this.#node = undefined;
  }

  /** Behind the last entry: also what is there and belongs to no entry. */
  finish(): readonly LayerDamage[] {
    this.#findExtra(this.#top, '');
    this.close();
    return [...this.#damages].slice(0, DAMAGES_MAX).map(([path, what]) => ({ path: utf8(path), what }));
  }

  close(): void {
    this.end();
    closeNode(this.#top);
  }

  #damage(what: string): void {
    if (this.#damages.size < DAMAGES_MAX) this.#damages.set(this.#path, what);
  }

  #marker(kind: 'whiteout' | 'opaque' | 'ignored', path: ByteText): void {
    if (kind === 'ignored') return;
    this.#path = path;
    this.#noteParents(kind === 'opaque' ? `${path}/` : path);
    if (kind === 'whiteout') this.#hidden.add(path);
    const node = path === '' ? openTree(`/proc/self/fd/${this.#top.fd}`) : openBelow(this.#top, path);
    if (node === undefined) return this.#damage(`${kind === 'whiteout' ? 'whiteout' : 'opaque directory'} is missing`);
    const isOpaque = node.kind === 'directory' && readXattrs(node).get('trusted.overlay.opaque')?.[0] === 0x79;
    if (kind === 'opaque' && !isOpaque) this.#damage('is not opaque');
    closeNode(node);
  }

  #noteParents(path: ByteText): void {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash);
      if (this.#parents.has(parent)) return;
      this.#parents.add(parent);
    }
  }

  #linkDifference({ target }: TarEntry, node: TreeNode): string | undefined {
    const other = openBelow(this.#top, entryName(target, 'link target'));
    if (other === undefined) return 'is another name of a file that is missing';
    closeNode(other);
    return other.inode === node.inode ? undefined : 'is not the same file as its other name';
  }

  #isHole(from: number, to: number): boolean {
    for (let at = from; at < to; at += 1 << 20)
      if (readAt(this.#fd, at, Math.min(to - at, 1 << 20)).some((byte) => byte !== 0)) return false;
    return true;
  }

  #findExtra(directory: TreeNode, prefix: ByteText): void {
    for (const name of readNames(directory)) {
      if (this.#damages.size >= DAMAGES_MAX) return;
      const path = `${prefix}${name}`;
      const node = openChild(directory, name);
      if (node === undefined) continue;
      this.#path = path;
      const isWhiteout = node.kind === 'char' && node.major === 0 && node.minor === 0 && this.#hidden.has(path);
      if (!this.#seen.has(node.inode) && !isWhiteout && !(node.kind === 'directory' && this.#parents.has(path)))
        this.#damage('is in no archive');
      else if (node.kind === 'directory') this.#findExtra(node, `${path}/`);
      closeNode(node);
    }
  }
}

function differenceOf(entry: TarEntry, node: TreeNode): string | undefined {
  const { kind } = entry;
  if (node.kind !== kind) return `is a ${node.kind}, not a ${kind}`;
  if (kind === 'file' && node.size !== entry.size) return `has ${node.size} bytes, not ${entry.size}`;
  if (kind === 'symlink' && readLink(node) !== entry.target) return 'leads elsewhere';
  if (node.major !== entry.major || node.minor !== entry.minor) return 'is another device';
  if (kind !== 'symlink' && node.mode !== entry.mode) return `has mode 0${octal(node.mode)}, not 0${octal(entry.mode)}`;
  if (node.uid !== entry.uid || node.gid !== entry.gid)
    return `belongs to ${node.uid}:${node.gid}, not to ${entry.uid}:${entry.gid}`;
  const { seconds, nanoseconds } = node.mtime;
  if (seconds !== entry.mtime.seconds || nanoseconds !== entry.mtime.nanoseconds) return 'was changed at another time';
  return attributeDifference(entry, node);
}

function attributeDifference(entry: TarEntry, node: TreeNode): string | undefined {
  const there = readXattrs(node);
  for (const [name, value] of entry.xattrs) {
    if (!isKeptAttribute(name)) continue;
    const found = there.get(name);
    if (found === undefined || Buffer.compare(found, value) !== 0) return `has another value of ${utf8(name)}`;
    there.delete(name);
  }
  // What the host gives every file, and what unpacking adds, is no difference.
  const extra = [...there.keys()].find((name) => isKeptAttribute(name) && name !== 'security.selinux');
  return extra === undefined ? undefined : `has ${utf8(extra)}, which it should not`;
}

function octal(mode: number): string {
  return mode.toString(8).padStart(3, '0');
}

function utf8(name: ByteText): string {
  return Buffer.from(name, 'latin1').toString();
}
