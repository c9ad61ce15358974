import { EEXIST, EFBIG, ENOENT, ENOTDIR } from '../abi/errno-numbers.ts';
import { RESOLVE_IN_ROOT, RESOLVE_NO_MAGICLINKS } from '../abi/flags/lookup.ts';
import {
  O_APPEND,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_EXCL,
  O_NOCTTY,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_TRUNC,
  O_WRONLY,
  openFlagsOn,
} from '../abi/flags/open.ts';
import { hostArch } from './arch.ts';
import { statDescriptor, type FileStatus } from './file-status.ts';
import { cString, cText, lastErrno, libc, ptr, textAt } from './libc.ts';
import { openat2 } from './openat2.ts';
import { systemError } from './system-error.ts';

const decoder = new TextDecoder();
const chunk = new Uint8Array(65536);
const chunkStart = ptr(chunk);

/** A whole small file as text, `undefined` where there is none. Any other failure throws. */
export function readText(path: string): string | undefined {
  return readWhole(path, {});
}

/** Like `readText`, for a file on a disk and nothing that may be a pipe or the kernel's: one read less. */
export function readRegularText(path: string): string | undefined {
  return readWhole(path, { endsShort: true });
}

function readWhole(path: string, extent: Extent): string | undefined {
  const fd = libc.open(ptr(cString(path)), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) {
    const errno = lastErrno();
    if (errno === ENOENT || errno === ENOTDIR) return undefined;
    throw systemError('read', path, errno);
  }
  return readAll(fd, path, extent);
}

/** Like `readText`, and `undefined` for a file that vanishes or fails meanwhile, as /proc and cgroup files do. */
export function readKernelFile(path: string): string | undefined {
  return readFleeting(path, {});
}

/** The same for what the kernel gives whole in one read: a file of one record, as /proc/PID/stat. One read less. */
export function readKernelRecord(path: string): string | undefined {
  return readFleeting(path, { endsShort: true });
}

function readFleeting(path: string, extent: Extent): string | undefined {
  const fd = libc.open(ptr(cString(path)), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) return undefined;
  try {
    return readAll(fd, path, extent);
  } catch {
    return undefined;
  }
}

interface Extent {
  readonly limitBytes?: number;
  /** A read that gives less than it could is the last: so it is with regular files, but not with all of the kernel's. */
  readonly endsShort?: boolean;
}

/** Everything up to the end, as text; closes the descriptor. */
function readAll(
  fd: number,
  path: string,
  { limitBytes = Number.MAX_SAFE_INTEGER, endsShort = false }: Extent,
): string {
  try {
    const full: Uint8Array[] = [];
    let filled = 0;
    for (;;) {
      const got = Number(libc.read(fd, filled === 0 ? chunkStart : ptr(chunk, filled), chunk.length - filled));
      if (got < 0) throw systemError('read', path);
      if (got === 0) break;
      filled += got;
      if (full.length * chunk.length + filled > limitBytes) throw systemError('read', path, EFBIG);
      if (filled < chunk.length) {
        if (endsShort) break;
        continue;
      }
      full.push(chunk.slice());
      filled = 0;
    }
    return full.length === 0 ? chunkText(filled) : textOf(full, filled);
  } finally {
    libc.close(fd);
  }
}

// Apart: a function that names `Buffer` makes it when it first runs, for 0.2 ms, even where it does not come to it.
function textOf(full: readonly Uint8Array[], filled: number): string {
  return decoder.decode(Buffer.concat([...full, chunk.subarray(0, filled)]));
}

/** The chunk's first bytes as text. A TextDecoder leaves a byte order mark out, and needs a view of them. */
function chunkText(length: number): string {
  return chunk[0] === FIRST_OF_MARK ? decoder.decode(chunk.subarray(0, length)) : textAt(chunkStart, length);
}

const FIRST_OF_MARK = 0xef;

/**
 * A regular file below an untrusted root, resolved by the kernel with RESOLVE_IN_ROOT: no symlink leads out,
 * no FIFO or device is opened for reading, and nothing above `limitBytes` is read.
 * Answers `undefined` for a missing file and for anything that is not a regular file.
 */
export function readTextInRoot(root: string, path: string, limitBytes: number): string | undefined {
  const fd = openInRoot(root, path, O_PATH | O_CLOEXEC);
  if (fd === undefined) return undefined;
  const status = statDescriptor(fd);
  if (status?.kind !== 'file' || status.sizeBytes > limitBytes) {
    libc.close(fd);
    return undefined;
  }
  const readable = libc.open(ptr(cString(`/proc/self/fd/${fd}`)), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
  libc.close(fd);
  return readable < 0 ? undefined : readAll(readable, `${root}${path}`, { limitBytes });
}

/** What stands at a path below an untrusted root, links followed inside of it. */
export function statInRoot(root: string, path: string): FileStatus | undefined {
  const fd = openInRoot(root, path, O_PATH | O_CLOEXEC);
  if (fd === undefined) return undefined;
  const status = statDescriptor(fd);
  libc.close(fd);
  return status;
}

/** openat2(2) with RESOLVE_IN_ROOT: no symlink leads out. `undefined` where that fails; the caller closes it. */
export function openInRoot(root: string, path: string, flags: number): number | undefined {
  const rootFd = libc.open(ptr(cString(root)), O_PATH | O_CLOEXEC, 0);
  if (rootFd < 0) return undefined;
  const fd = openat2(rootFd, cString(path), flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
  libc.close(rootFd);
  return fd < 0 ? undefined : fd;
}

/** Names in a directory, without `.` and `..`, in no order; empty where there is no such directory. */
export function listDirectory(path: string): string[] {
  const fd = libc.open(ptr(cString(path)), openFlagsOn(hostArch, O_RDONLY | O_DIRECTORY | O_CLOEXEC), 0);
  if (fd < 0) {
    const errno = lastErrno();
    if (errno === ENOENT) return [];
    throw systemError('list', path, errno);
  }
  const names: string[] = [];
  for (;;) {
    const got = Number(libc.getdents64(fd, chunkStart, chunk.length));
    if (got <= 0) break;
    // struct linux_dirent64: its length at 16, as 16 bits, the name at 19.
    for (let at = 0; at < got; at += chunk[at + 16]! + 256 * chunk[at + 17]!) {
      const name = cText(chunkStart, at + 19);
      if (name !== '.' && name !== '..') names.push(name);
    }
  }
  libc.close(fd);
  return names;
}

/** Creates a directory with its missing parents; an existing one is fine. */
export function makeDirectories(path: string, mode: number): void {
  if (libc.mkdir(ptr(cString(path)), mode) === 0) return;
  const errno = lastErrno();
  if (errno === EEXIST) return;
  if (errno !== ENOENT || path === '/') throw systemError('create', path, errno);
  makeDirectories(path.slice(0, path.lastIndexOf('/')) || '/', mode);
  if (libc.mkdir(ptr(cString(path)), mode) !== 0 && lastErrno() !== EEXIST) throw systemError('create', path);
}

/** mkdir(2): false where the name is taken. */
export function makeDirectory(path: string, mode: number): boolean {
  if (libc.mkdir(ptr(cString(path)), mode) === 0) return true;
  const errno = lastErrno();
  if (errno === EEXIST) return false;
  throw systemError('create', path, errno);
}

/** symlink(2): the claim of a name, atomic by the kernel's word. False where it is taken. */
export function makeSymlink(path: string, target: string): boolean {
  if (libc.symlink(ptr(cString(target)), ptr(cString(path))) === 0) return true;
  const errno = lastErrno();
  if (errno === EEXIST) return false;
  throw systemError('create', path, errno);
}

/** Target of a symlink, `undefined` where there is none. */
export function readSymlink(path: string): string | undefined {
  const got = Number(libc.readlink(ptr(cString(path)), chunkStart, chunk.length));
  return got < 0 ? undefined : chunkText(got);
}

/** unlink(2); a missing file is fine. */
export function removeFile(path: string): void {
  if (libc.unlink(ptr(cString(path))) !== 0 && lastErrno() !== ENOENT) throw systemError('remove', path);
}

/** chmod(2): the exact mode, whatever the umask was when the thing was made. */
export function setMode(path: string, mode: number): void {
  if (libc.chmod(ptr(cString(path)), mode) !== 0) throw systemError('change the mode of', path);
}

/** getxattr(2) of a short text value; `undefined` where it is not set. */
export function readXattr(path: string, name: string): string | undefined {
  const got = Number(libc.getxattr(ptr(cString(path)), ptr(cString(name)), ptr(chunk), 256));
  return got < 0 ? undefined : decoder.decode(chunk.subarray(0, got));
}

/** rmdir(2); a missing directory is fine. */
export function removeEmptyDirectory(path: string): void {
  if (libc.rmdir(ptr(cString(path))) !== 0 && lastErrno() !== ENOENT) throw systemError('remove', path);
}

/** rename(2): replaces what stands at the new name, in one step. */
export function renamePath(from: string, to: string): void {
  if (libc.rename(ptr(cString(from)), ptr(cString(to))) !== 0) throw systemError('rename', `${from}" to "${to}`);
}

/** As `renamePath`; false where nothing is at the old name. */
export function moveIfThere(from: string, to: string): boolean {
  if (libc.rename(ptr(cString(from)), ptr(cString(to))) === 0) return true;
  const errno = lastErrno();
  if (errno === ENOENT) return false;
  throw systemError('rename', `${from}" to "${to}`, errno);
}

export interface WriteOptions {
  readonly mode: number;
  /** fsync(2) before the descriptor is closed. */
  readonly sync: boolean;
  readonly exclusive?: boolean;
  readonly append?: boolean;
}

/** Writes a whole file; all bytes or an error. */
export function writeFile(path: string, data: string | Uint8Array, options: WriteOptions): void {
  const placement = options.append ? O_APPEND : O_TRUNC;
  const flags = O_WRONLY | O_CREAT | O_CLOEXEC | placement | (options.exclusive ? O_EXCL : 0);
  const fd = libc.open(ptr(cString(path)), flags, options.mode);
  if (fd < 0) throw systemError('create', path);
  try {
    writeAll(fd, typeof data === 'string' ? new TextEncoder().encode(data) : data, path);
    if (options.sync && libc.fsync(fd) !== 0) throw systemError('sync', path);
  } finally {
    libc.close(fd);
  }
}

/** One write(2) to a file of the kernel's (cgroup, /proc), which takes or refuses it as a whole. */
export function writeKernelFile(path: string, data: string): void {
  const fd = libc.open(ptr(cString(path)), O_WRONLY | O_CLOEXEC, 0);
  if (fd < 0) throw systemError('open', path);
  try {
    writeAll(fd, new TextEncoder().encode(data), path);
  } finally {
    libc.close(fd);
  }
}

/** write(2) until all bytes are out, on a blocking descriptor. */
export function writeAll(fd: number, bytes: Uint8Array, name: string): void {
  const EINTR = 4;
  const EAGAIN = 11;
  for (let at = 0; at < bytes.length;) {
    const got = Number(libc.write(fd, ptr(bytes, at), bytes.length - at));
    if (got >= 0) at += got;
    else {
      const errno = lastErrno();
      if (errno === EAGAIN) waitWritable(fd);
      else if (errno !== EINTR) throw systemError('write', name, errno);
    }
  }
}

function waitWritable(fd: number): void {
  const POLLOUT = 4;
  const entry = new Int32Array([fd, POLLOUT]);
  libc.poll(ptr(entry), 1, -1);
}

/** fsync(2) of a directory: makes the names in it durable. */
export function syncDirectory(path: string): void {
  const fd = libc.open(ptr(cString(path)), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) throw systemError('open', path);
  const answer = libc.fsync(fd);
  libc.close(fd);
  if (answer !== 0) throw systemError('sync', path);
}
