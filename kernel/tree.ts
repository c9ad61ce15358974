import { ELOOP, ENODATA, ENOENT, ENOTDIR, ENOTSUP, EXDEV } from '../abi/errno-numbers.ts';
import {
  AT_EMPTY_PATH,
  RESOLVE_BENEATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
  RESOLVE_NO_SYMLINKS,
  RESOLVE_NO_XDEV,
  STATX_BASIC_STATS,
} from '../abi/flags/lookup.ts';
import { hostArch } from './arch.ts';
import { O_CLOEXEC, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_PATH, O_RDONLY, openFlagsOn } from '../abi/flags/open.ts';
import { cString, lastErrno, libc, ptr } from './libc.ts';
import { openat2 } from './openat2.ts';
import { systemError } from './system-error.ts';
import { SYS_GETXATTR, SYS_LISTXATTR, SYS_READLINKAT, SYS_STATX } from './syscall-numbers.ts';

const STAY = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;
const STAY_BELOW = RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | RESOLVE_BENEATH;
const IN_ROOT = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_IN_ROOT;

const buffer = Buffer.alloc(65536);
const statBytes = new Uint8Array(256);
const stat = new DataView(statBytes.buffer);

/** What one name of an untrusted tree stands for, held open: whoever renames it meanwhile changes nothing for us. */
export interface TreeNode {
  readonly kind: 'file' | 'directory' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly links: number;
  readonly device: string;
  readonly inode: bigint;
  readonly size: number;
  /** What it takes on the disk, as du(1) counts. */
  readonly allocatedBytes: number;
  readonly mtime: { readonly seconds: number; readonly nanoseconds: number };
  readonly major: number;
  readonly minor: number;
  readonly fd: number;
}

const KINDS: Readonly<Record<number, TreeNode['kind']>> = {
  0o010000: 'fifo',
  0o020000: 'char',
  0o040000: 'directory',
  0o060000: 'block',
  0o100000: 'file',
  0o120000: 'symlink',
  0o140000: 'socket',
};

/** A directory by its host path, links in it followed: where a walk begins. The caller closes `fd`. */
export function openTree(path: string): TreeNode {
  const fd = libc.open(ptr(cString(path)), openFlagsOn(hostArch, O_PATH | O_DIRECTORY | O_CLOEXEC), 0);
  if (fd < 0) throw systemError('open', path);
  return nodeOf(fd);
}

/**
 * One name in a directory, never through a link and never onto another file system; names are bytes, one character each.
 * `undefined` where it is gone, or where something is mounted. The caller closes `fd`.
 */
export function openChild(directory: TreeNode, name: string): TreeNode | undefined {
  return openAt(directory, name, STAY);
}

/** As `openChild`, also where something is mounted. */
export function openChildAcross(directory: TreeNode, name: string): TreeNode | undefined {
  return openAt(directory, name, STAY_BELOW);
}

/** As `openBelow`, across mounts. */
export function openBelowAcross(directory: TreeNode, path: string): TreeNode | undefined {
  return openAt(directory, path, RESOLVE_NO_MAGICLINKS | RESOLVE_IN_ROOT);
}

/** What stands at a path below a directory as if that were the root: links on the way are followed, the last name is not. */
export function openBelow(directory: TreeNode, path: string): TreeNode | undefined {
  return openAt(directory, path, IN_ROOT);
}

function openAt(directory: TreeNode, name: string, resolve: number): TreeNode | undefined {
  const flags = openFlagsOn(hostArch, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  const fd = openat2(directory.fd, Buffer.from(`${name}\0`, 'latin1'), flags, resolve);
  if (fd >= 0) return nodeOf(fd);
  const errno = lastErrno();
  if (errno === ENOENT || errno === EXDEV || errno === ELOOP || errno === ENOTDIR) return undefined;
  throw systemError('open', name, errno);
}

function nodeOf(fd: number): TreeNode {
  const name = cString('');
  const answer = libc.syscall(SYS_STATX, fd, ptr(name), AT_EMPTY_PATH, STATX_BASIC_STATS, ptr(statBytes), 0);
  if (Number(answer) < 0) throw systemError('look at', 'a file');
  // struct statx, linux/stat.h.
  const mode = stat.getUint16(28, true);
  return {
    kind: KINDS[mode & 0o170000] ?? 'file',
    mode: mode & 0o7777,
    links: stat.getUint32(16, true),
    uid: stat.getUint32(20, true),
    gid: stat.getUint32(24, true),
    inode: stat.getBigUint64(32, true),
    size: Number(stat.getBigUint64(40, true)),
    allocatedBytes: Number(stat.getBigUint64(48, true)) * 512,
    mtime: { seconds: Number(stat.getBigInt64(112, true)), nanoseconds: stat.getUint32(120, true) },
    major: stat.getUint32(128, true),
    minor: stat.getUint32(132, true),
    device: `${stat.getUint32(136, true)}:${stat.getUint32(140, true)}`,
    fd,
  };
}

export function isSameFile(one: Identity, other: Identity): boolean {
  return one.inode === other.inode && one.device === other.device;
}

type Identity = Pick<TreeNode, 'device' | 'inode'>;

export function closeNode({ fd }: TreeNode): void {
  libc.close(fd);
}

/** Opens for reading what a node holds; no FIFO waits for a writer. The caller closes it. */
export function openForReading({ fd, kind }: TreeNode): number {
  const flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | (kind === 'directory' ? O_DIRECTORY : 0);
  const readable = libc.open(ptr(cString(`/proc/self/fd/${fd}`)), openFlagsOn(hostArch, flags), 0);
  if (readable < 0) throw systemError('read', `/proc/self/fd/${fd}`);
  return readable;
}

/** Names in a directory as bytes, sorted. */
export function readNames(directory: TreeNode): string[] {
  const fd = openForReading(directory);
  const names: string[] = [];
  try {
    for (;;) {
      const got = Number(libc.getdents64(fd, ptr(buffer), buffer.length));
      if (got < 0) throw systemError('list', 'a directory');
      if (got === 0) break;
      for (let at = 0; at < got; at += buffer.readUInt16LE(at + 16)) {
        const name = buffer.toString('latin1', at + 19, buffer.indexOf(0, at + 19));
        if (name !== '.' && name !== '..') names.push(name);
      }
    }
  } finally {
    libc.close(fd);
  }
  return names.sort();
}

/** Text of a symbolic link, as bytes. */
export function readLink({ fd }: TreeNode): string {
  const name = cString('');
  const got = Number(libc.syscall(SYS_READLINKAT, fd, ptr(name), ptr(buffer), buffer.length, 0, 0));
  if (got < 0) throw systemError('read', 'a symbolic link');
  return buffer.toString('latin1', 0, got);
}

/** Extended attributes, whatever kind of file it is. */
export function readXattrs({ fd }: TreeNode): Map<string, Uint8Array> {
  const path = cString(`/proc/self/fd/${fd}`);
  const found = new Map<string, Uint8Array>();
  const size = Number(libc.syscall(SYS_LISTXATTR, ptr(path), ptr(buffer), buffer.length, 0, 0, 0));
  if (size < 0 && lastErrno() !== ENOTSUP) throw systemError('list the attributes of', 'a file');
  if (size <= 0) return found;
  for (const name of buffer.toString('latin1', 0, size - 1).split('\0')) {
    const bytes = Buffer.from(`${name}\0`, 'latin1');
    const got = Number(libc.syscall(SYS_GETXATTR, ptr(path), ptr(bytes), ptr(buffer), buffer.length, 0, 0));
    if (got >= 0) found.set(name, Uint8Array.from(buffer.subarray(0, got)));
    else if (lastErrno() !== ENODATA) throw systemError('read', `attribute ${name}`);
  }
  return found;
}
