import { O_CLOEXEC, O_CREAT, O_EXCL, O_WRONLY } from '../abi/flags/open.ts';
import { cString, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';

export interface NewFile {
  readonly fd: number;
  /** fsync(2). */
  sync(): void;
  close(): void;
}

/** A file that was not there, open for writing. */
export function createFile(path: string, mode: number): NewFile {
  const fd = libc.open(ptr(cString(path)), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (fd < 0) throw systemError('create', path);
  return {
    fd,
    sync: () => {
      if (libc.fsync(fd) !== 0) throw systemError('sync', path);
    },
    close: () => void libc.close(fd),
  };
}
