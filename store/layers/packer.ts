import type { ByteText, TarEntry } from '../../abi/tar/entry.ts';
import { encodeEntry, END_OF_ARCHIVE, padding } from '../../abi/tar/writer.ts';
import { LimpidError } from '../../base/error.ts';
import { closeDescriptor, readSome } from '../../kernel/descriptors.ts';
import {
  closeNode,
  isSameFile,
  openChild,
  openChildAcross,
  openForReading,
  openTree,
  readLink,
  readNames,
  readXattrs,
  type TreeNode,
} from '../../kernel/tree.ts';
import { CAPABILITY_XATTR, capabilityInside } from './file-capability.ts';

const CHUNK_BYTES = 1 << 18;
const OVERLAY = ['trusted.overlay.', 'user.overlay.'];
const OPAQUE = ['trusted.overlay.opaque', 'user.overlay.opaque'];
/** With these overlayfs keeps elsewhere what belongs into the layer. */
const ELSEWHERE = ['trusted.overlay.redirect', 'trusted.overlay.metacopy'];
const WHITEOUT = '.wh.';

/** One line of /proc/PID/uid_map, as runtime-spec writes it. */
export interface IdRange {
  readonly containerID: number;
  readonly hostID: number;
  readonly size: number;
}

export interface PackOptions {
  /** Owners as the container's user namespace counts them; without, as they are. */
  readonly uidMappings?: readonly IdRange[];
  readonly gidMappings?: readonly IdRange[];
  /** A directory that is left out wherever it is met, such as the one that is copied into. */
  readonly without?: Pick<TreeNode, 'device' | 'inode'>;
  /** Whether what is mounted below belongs to it. */
  readonly acrossMounts?: boolean;
  /** Paths, relative and without a slash at the end, that are left out with all below. */
  readonly leaveOut?: (path: ByteText) => boolean;
}

/** Walks a tree, and writes each of its files as an archive has it; with `overlay` what overlayfs means by them. */
export class Packer {
  readonly #options: PackOptions;
  readonly #overlay: boolean;
  /** Of files with several names: the first one. */
  readonly #linked = new Map<string, ByteText>();

  constructor(options: PackOptions, overlay: boolean) {
    this.#options = options;
    this.#overlay = overlay;
  }

  *pack(root: string): Generator<Uint8Array, void, undefined> {
    const top = openTree(root);
    try {
      yield* this.#contents(top, '');
    } finally {
      closeNode(top);
    }
    yield END_OF_ARCHIVE;
  }

  /** A file, or a directory with all below it, under another name; without one, what is in a directory. */
  *packNode(node: TreeNode, as: ByteText): Generator<Uint8Array, void, undefined> {
    if (as === '') yield* this.#contents(node, '');
    else yield* this.#node(node, '', as);
    yield END_OF_ARCHIVE;
  }

  *#contents(directory: TreeNode, prefix: ByteText): Generator<Uint8Array, void, undefined> {
    for (const name of readNames(directory)) {
      const path = `${prefix}${name}`;
      if (this.#options.leaveOut?.(path) === true) continue;
      const node = this.#options.acrossMounts ? openChildAcross(directory, name) : openChild(directory, name);
      if (node === undefined) continue;
      try {
        if (this.#options.without !== undefined && isSameFile(node, this.#options.without)) continue;
        yield* this.#node(node, prefix, name);
      } finally {
        closeNode(node);
      }
    }
  }

  *#node(node: TreeNode, prefix: ByteText, name: ByteText): Generator<Uint8Array, void, undefined> {
    const path = `${prefix}${name}`;
    const { kind } = node;
    if (kind === 'socket') return;
    if (this.#overlay && kind === 'char' && node.major === 0 && node.minor === 0)
      return yield encodeEntry(marker(`${prefix}${WHITEOUT}${name}`));
    if (this.#overlay && name.startsWith(WHITEOUT)) throw unpackable(path, 'its name would hide another file');
    if (kind === 'directory') return yield* this.#directory(node, path);
    const first = this.#firstName(node, path);
    if (first !== undefined)
      return yield encodeEntry(this.#entry(node, path, { kind: 'link', target: first }, NO_XATTRS));
    const xattrs = this.#xattrs(node, path);
    if (kind === 'file') {
      yield encodeEntry(this.#entry(node, path, { kind, size: node.size }, xattrs));
      yield* contentsOf(node);
    } else if (kind === 'symlink')
      yield encodeEntry(this.#entry(node, path, { kind, target: readLink(node), mode: 0o777 }, xattrs));
    else yield encodeEntry(this.#entry(node, path, { kind, major: node.major, minor: node.minor }, xattrs));
  }

  *#directory(node: TreeNode, path: ByteText): Generator<Uint8Array, void, undefined> {
    const all = readXattrs(node);
    const xattrs = this.#kept(all, path);
    yield encodeEntry(this.#entry(node, `${path}/`, { kind: 'directory' }, xattrs));
    const opaque = OPAQUE.some((name) => all.get(name)?.[0] === 'y'.charCodeAt(0));
    if (this.#overlay && opaque) yield encodeEntry(marker(`${path}/.wh..wh..opq`));
    yield* this.#contents(node, `${path}/`);
  }

  #firstName({ links, device, inode }: TreeNode, path: ByteText): ByteText | undefined {
    if (links < 2) return undefined;
    const key = `${device} ${inode}`;
    const first = this.#linked.get(key);
    if (first === undefined) this.#linked.set(key, path);
    return first;
  }

  #xattrs(node: TreeNode, path: ByteText): ReadonlyMap<ByteText, Uint8Array> {
    return this.#kept(readXattrs(node), path);
  }

  #kept(all: ReadonlyMap<ByteText, Uint8Array>, path: ByteText): ReadonlyMap<ByteText, Uint8Array> {
    for (const name of ELSEWHERE)
      if (this.#overlay && all.has(name)) throw unpackable(path, `overlayfs keeps its contents elsewhere (${name})`);
    const kept = new Map([...all].filter(([name]) => !OVERLAY.some((prefix) => name.startsWith(prefix))));
    const capability = kept.get(CAPABILITY_XATTR);
    const { uidMappings } = this.#options;
    if (capability !== undefined && uidMappings !== undefined)
      kept.set(
        CAPABILITY_XATTR,
        capabilityInside(capability, (id) => insideId(id, uidMappings)),
      );
    return kept;
  }

  #entry(
    node: TreeNode,
    path: ByteText,
    special: Pick<TarEntry, 'kind'> & Partial<TarEntry>,
    xattrs: TarEntry['xattrs'],
  ): TarEntry {
    const { uidMappings, gidMappings } = this.#options;
    return {
      path,
      target: '',
      mode: node.mode,
      uid: insideId(node.uid, uidMappings),
      gid: insideId(node.gid, gidMappings),
      size: 0,
      dataSize: 0,
      mtime: node.mtime,
      major: 0,
      minor: 0,
      xattrs,
      ...special,
    };
  }
}

const NO_XATTRS: TarEntry['xattrs'] = new Map();

function marker(path: ByteText): TarEntry {
  const numbers = { mode: 0, uid: 0, gid: 0, size: 0, dataSize: 0, major: 0, minor: 0 };
  return { kind: 'file', path, target: '', ...numbers, mtime: { seconds: 0, nanoseconds: 0 }, xattrs: NO_XATTRS };
}

/** Just as many bytes as the header says, also where somebody writes to the file meanwhile. */
function* contentsOf(node: TreeNode): Generator<Uint8Array, void, undefined> {
  if (node.size === 0) return;
  const fd = openForReading(node);
  try {
    let left = node.size;
    while (left > 0) {
      const bytes = readSome(fd, Math.min(left, CHUNK_BYTES));
      if (bytes.length === 0) break;
      left -= bytes.length;
      yield bytes;
    }
    for (; left > 0; left -= Math.min(left, CHUNK_BYTES)) yield new Uint8Array(Math.min(left, CHUNK_BYTES));
  } finally {
    closeDescriptor(fd);
  }
  yield padding(node.size);
}

function insideId(id: number, ranges: readonly IdRange[] | undefined): number {
  const range = ranges?.find(({ hostID, size }) => id >= hostID && id < hostID + size);
  return range === undefined ? id : id - range.hostID + range.containerID;
}

function unpackable(path: ByteText, why: string): LimpidError {
  const subject = `"${Buffer.from(path, 'latin1').toString()}"`;
  return new LimpidError({ code: 'EPACK', doing: 'pack', subject, why });
}
