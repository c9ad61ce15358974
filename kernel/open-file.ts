import { EINTR, ENOENT } from '../abi/errno-numbers.ts';
import { O_CLOEXEC, O_NOCTTY, O_NONBLOCK, O_PATH, O_RDONLY } from '../abi/flags/open.ts';
import { statDescriptor } from './file-status.ts';
import { openInRoot } from './files.ts';
import { cString, lastErrno, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';

/** A regular file held open for reading at any place: what it holds stays readable when it is renamed or removed. */
export interface OpenFile {
  readonly path: string;
  readonly inode: bigint;
  sizeBytes(): number;
  /** The bytes at `offset`: fewer than `length` only at the end. */
  read(offset: number, length: number): Uint8Array;
  close(): void;
}

/** Opens a file for reading; `undefined` where there is none, or where it is no regular file. */
export function openFile(path: string): OpenFile | undefined {
  // O_NONBLOCK: a FIFO of that name would keep us waiting for a writer.
  const fd = libc.open(ptr(cString(path)), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0);
  if (fd < 0) {
    const errno = lastErrno();
    if (errno === ENOENT) return undefined;
    throw systemError('read', path, errno);
  }
  const status = statDescriptor(fd);
  if (status?.kind !== 'file') {
    libc.close(fd);
    return undefined;
  }
  return {
    path,
    inode: status.inode,
    sizeBytes: () => statDescriptor(fd)?.sizeBytes ?? 0,
    read: (offset, length) => readAt(fd, path, offset, length),
    close: () => void libc.close(fd),
  };
}

/** Like `openFile`, below an untrusted root: resolved by the kernel so that no symlink leads out. */
export function openFileInRoot(root: string, path: string): OpenFile | undefined {
  const fd = openInRoot(root, path, O_PATH | O_CLOEXEC);
  if (fd === undefined) return undefined;
  try {
    // What it is was not known before it was resolved, and opening a device may do something.
    return statDescriptor(fd)?.kind === 'file' ? openFile(`/proc/self/fd/${fd}`) : undefined;
  } finally {
    libc.close(fd);
  }
}

function readAt(fd: number, path: string, offset: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const got = Number(libc.pread(fd, ptr(bytes, filled), length - filled, offset + filled));
    if (got > 0) filled += got;
    else if (got === 0) break;
    else {
      const errno = lastErrno();
      if (errno !== EINTR) throw systemError('read', path, errno);
    }
  }
  return filled === length ? bytes : bytes.subarray(0, filled);
}
