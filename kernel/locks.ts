import { EINTR, ENOENT, EAGAIN } from '../abi/errno-numbers.ts';
import { O_CLOEXEC, O_CREAT, O_RDWR } from '../abi/flags/open.ts';
import { cString, lastErrno, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';

const LOCK_SH = 1;
const LOCK_EX = 2;
const LOCK_NB = 4;

export interface Lock {
  readonly fd: number;
  release(): void;
}

/**
 * flock(2) on a file, made if missing: held until released or until every holder of the descriptor is dead.
 * Answers `busy` at once where another process has it, `absent` where the file's directory is gone.
 */
export function tryLock(path: string): Lock | 'busy' | 'absent' {
  return lock(path, LOCK_EX | LOCK_NB);
}

/** Like `tryLock`, and others may hold it so as well: it keeps out those alone who want it to themselves. */
export function tryShare(path: string): Lock | 'busy' | 'absent' {
  return lock(path, LOCK_SH | LOCK_NB);
}

/** Like `tryLock`, but waits its turn. */
export function waitLock(path: string): Lock | 'absent' {
  return lock(path, LOCK_EX) as Lock | 'absent';
}

function lock(path: string, how: number): Lock | 'busy' | 'absent' {
  const fd = libc.open(ptr(cString(path)), O_RDWR | O_CREAT | O_CLOEXEC, 0o600);
  if (fd < 0) {
    const errno = lastErrno();
    if (errno === ENOENT) return 'absent';
    throw systemError('lock', path, errno);
  }
  while (libc.flock(fd, how) !== 0) {
    const errno = lastErrno();
    if (errno === EINTR) continue;
    libc.close(fd);
    if (errno === EAGAIN) return 'busy';
    throw systemError('lock', path, errno);
  }
  return { fd, release: () => void libc.close(fd) };
}
