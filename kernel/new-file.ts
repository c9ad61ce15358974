import { EEXIST, EINTR } from '../abi/errno-numbers.ts';
import { AT_FDCWD, AT_SYMLINK_FOLLOW } from '../abi/flags/lookup.ts';
import { O_CLOEXEC, O_CREAT, O_DIRECTORY, O_EXCL, O_RDWR, O_TRUNC, openFlagsOn } from '../abi/flags/open.ts';
import { hostArch } from './arch.ts';
import { removeFile, renamePath, writeAll } from './files.ts';
import { cString, lastErrno, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';
import { SYS_FTRUNCATE, SYS_LINKAT, SYS_PWRITE64 } from './syscall-numbers.ts';

const O_TMPFILE = 0o20000000;
/** limits.h: bytes of one name. */
const NAME_MAX = 255;

/** A file on its way to disk, written piece by piece. */
export interface NewFile {
  /** Of the descriptor, which can be read too: `/proc/self/fd/N` stays good when the name is gone. */
  readonly fd: number;
  /** Appends all of the bytes. */
  write(bytes: Uint8Array): void;
  /** Writes all of the bytes at a place, which `write` does not notice. */
  writeAt(bytes: Uint8Array, offset: number): void;
  truncate(sizeBytes: number): void;
  sync(): void;
  close(): void;
}

/** Creates a file, or with `replace` empties the one that is there. */
export function createFile(path: string, mode: number, { replace = false } = {}): NewFile {
  const flags = O_RDWR | O_CREAT | O_CLOEXEC | (replace ? O_TRUNC : O_EXCL);
  return openNew(path, path, flags, mode);
}

function openNew(path: string, name: string, flags: number, mode: number): NewFile {
  const fd = libc.open(ptr(cString(path)), flags, mode);
  if (fd < 0) throw systemError('create', name);
  return newFile(fd, name);
}

/** A file that gets its name when it is whole: what is killed before leaves nothing. */
export interface UnnamedFile extends NewFile {
  /** Synced, in one step, in the place of what had the name. */
  publish(path: string): void;
  /** The same where nothing has the name yet; false where something has. */
  publishNew(path: string): boolean;
}

/** Creates a file without a name on a directory's file system; `name` is for messages. */
export function createUnnamed(directory: string, name: string, mode: number): UnnamedFile {
  const flags = openFlagsOn(hostArch, O_TMPFILE | O_DIRECTORY | O_RDWR | O_CLOEXEC);
  const fd = libc.open(ptr(cString(directory)), flags, mode);
  if (fd < 0) return createAside(asideIn(directory), name, mode);
  const file = newFile(fd, name);
  return {
    ...file,
    publish(path) {
      file.sync();
      // linkat(2) takes no name that is taken, rename(2) does.
      const aside = asideOf(path) ?? asideIn(directory);
      removeFile(aside);
      if (!linkDescriptor(fd, aside)) throw systemError('create', path, EEXIST);
      try {
        renamePath(aside, path);
      } catch (error) {
        removeFile(aside);
        throw error;
      }
    },
    publishNew(path) {
      file.sync();
      return linkDescriptor(fd, path);
    },
  };
}

let asides = 0;

/** Where a kill leaves it, it says whose it was to be; `undefined` for a name that has no room for more. */
function asideOf(path: string): string | undefined {
  const aside = `${path}.${process.pid}.partial`;
  return Buffer.byteLength(aside.slice(aside.lastIndexOf('/') + 1)) > NAME_MAX ? undefined : aside;
}

function asideIn(directory: string): string {
  return `${directory}/.${process.pid}-${asides++}.partial`;
}

/** For file systems without O_TMPFILE, and for the error where nothing can be created at all. */
function createAside(aside: string, name: string, mode: number): UnnamedFile {
  const file = openNew(aside, name, O_RDWR | O_CREAT | O_CLOEXEC | O_EXCL, mode);
  let published = false;
  return {
    ...file,
    publish(path) {
      file.sync();
      renamePath(aside, path);
      published = true;
    },
    publishNew(path) {
      file.sync();
      return linkDescriptor(file.fd, path);
    },
    close() {
      file.close();
      if (!published) removeFile(aside);
    },
  };
}

/** linkat(2) of what a descriptor holds; false where the name is taken. */
function linkDescriptor(fd: number, path: string): boolean {
  const [from, to] = [cString(`/proc/self/fd/${fd}`), cString(path)];
  if (Number(libc.syscall(SYS_LINKAT, AT_FDCWD, ptr(from), AT_FDCWD, ptr(to), AT_SYMLINK_FOLLOW, 0)) === 0) return true;
  const errno = lastErrno();
  if (errno === EEXIST) return false;
  throw systemError('create', path, errno);
}

function newFile(fd: number, path: string): NewFile {
  let closed = false;
  return {
    fd,
    write: (bytes) => writeAll(fd, bytes, path),
    writeAt: (bytes, offset) => writeAllAt(fd, path, bytes, offset),
    truncate(sizeBytes) {
      if (Number(libc.syscall(SYS_FTRUNCATE, fd, sizeBytes, 0, 0, 0, 0)) !== 0) throw systemError('truncate', path);
    },
    sync() {
      if (libc.fsync(fd) !== 0) throw systemError('sync', path);
    },
    close() {
      if (!closed) libc.close(fd);
      closed = true;
    },
  };
}

function writeAllAt(fd: number, path: string, bytes: Uint8Array, offset: number): void {
  for (let at = 0; at < bytes.length;) {
    const got = Number(libc.syscall(SYS_PWRITE64, fd, ptr(bytes, at), bytes.length - at, offset + at, 0, 0));
    if (got >= 0) at += got;
    else {
      const errno = lastErrno();
      if (errno !== EINTR) throw systemError('write', path, errno);
    }
  }
}
