import { O_CLOEXEC, O_CREAT, O_EXCL, O_RDWR, O_TRUNC } from '../abi/flags/open.ts';
import { hostArch } from './arch.ts';
import { writeAll } from './files.ts';
import { cString, lastErrno, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';

const SYS_PWRITE64 = hostArch === 'aarch64' ? 68 : 18;
const SYS_FTRUNCATE = hostArch === 'aarch64' ? 46 : 77;
const EINTR = 4;

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
  const fd = libc.open(ptr(cString(path)), flags, mode);
  if (fd < 0) throw systemError('create', path);
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
