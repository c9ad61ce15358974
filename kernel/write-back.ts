import { libc } from './libc.ts';
import { SYS_SYNC_FILE_RANGE } from './syscall-numbers.ts';

const SYNC_FILE_RANGE_WRITE = 2;

/** The kernel begins to write what a file has in memory only, and nobody waits. A hint: what cannot be done is not. */
export function startWriteBack(fd: number): void {
  libc.syscall(SYS_SYNC_FILE_RANGE, fd, 0, 0, SYNC_FILE_RANGE_WRITE, 0, 0);
}
