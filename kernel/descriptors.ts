import { EBADF, EINTR } from '../abi/errno-numbers.ts';
import { O_CLOEXEC, O_RDONLY, O_RDWR } from '../abi/flags/open.ts';
import { readSymlink } from './files.ts';
import { cString, lastErrno, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';

const F_DUPFD_CLOEXEC = 1030;

/** A copy of a descriptor that is out of the way of 0, 1 and 2; one of /dev/null where it is not open. */
export function copyDescriptor(fd: number): number {
  const copy = libc.fcntl(fd, F_DUPFD_CLOEXEC, 3);
  if (copy >= 0) return copy;
  const errno = lastErrno();
  if (errno !== EBADF) throw systemError('copy', `descriptor ${fd}`, errno);
  const instead = libc.open(ptr(cString('/dev/null')), O_RDWR | O_CLOEXEC, 0);
  if (instead < 0) throw systemError('open', '/dev/null');
  return instead;
}

/**
 * Whether a descriptor may be our caller's. The first that Bun opens for itself and keeps is that of its event loop: where
 * the caller has left a number free, that is what is found there.
 */
export function isInherited(fd: number): boolean {
  const target = readSymlink(`/proc/self/fd/${fd}`);
  return target !== undefined && target !== 'anon_inode:[eventpoll]';
}

/** A descriptor of what is at a path, for somebody else to read: a namespace, for one. The caller closes it. */
export function openReadable(path: string): number {
  const fd = libc.open(ptr(cString(path)), O_RDONLY | O_CLOEXEC, 0);
  if (fd < 0) throw systemError('open', path);
  return fd;
}

export function closeDescriptor(fd: number): void {
  libc.close(fd);
}

/** Reads until the end of the file, at most `limitBytes`; waits as long as that takes. */
export function readToEnd(fd: number, limitBytes: number): Uint8Array {
  const bytes = new Uint8Array(limitBytes);
  let filled = 0;
  while (filled < limitBytes) {
    const got = Number(libc.read(fd, ptr(bytes, filled), limitBytes - filled));
    if (got > 0) filled += got;
    else if (got === 0 || lastErrno() !== EINTR) break;
  }
  return bytes.subarray(0, filled);
}

/** One read(2): at most `length` bytes, none at the end of the file. */
export function readSome(fd: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (;;) {
    const got = Number(libc.read(fd, ptr(bytes), length));
    if (got >= 0) return bytes.subarray(0, got);
    const errno = lastErrno();
    if (errno !== EINTR) throw systemError('read', `descriptor ${fd}`, errno);
  }
}

/** pread(2): fewer bytes than `length` only at the end of the file. */
export function readAt(fd: number, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let filled = 0; filled < length;) {
    const got = Number(libc.pread(fd, ptr(bytes, filled), length - filled, offset + filled));
    if (got === 0) return bytes.subarray(0, filled);
    if (got > 0) filled += got;
    else {
      const errno = lastErrno();
      if (errno !== EINTR) throw systemError('read', `descriptor ${fd}`, errno);
    }
  }
  return bytes;
}
