import { AF_UNIX, SOCK_CLOEXEC, SOCK_STREAM } from '../abi/flags/socket.ts';
import { sealedExecutor } from './executor.ts';
import { cString, cStrings, lastErrno, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';
import { SYS_PRCTL, SYS_RT_SIGPROCMASK } from './syscall-numbers.ts';

const SIG_BLOCK = 0;
const PR_SET_CHILD_SUBREAPER = 36;
const F_SETFD = 2;

/** Processes whose parent ends become our children. Follows through execve(2). */
export function becomeSubreaper(): void {
  if (Number(libc.syscall(SYS_PRCTL, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0, 0)) < 0)
    throw systemError('become', 'a subreaper');
}

/** Two connected stream sockets. */
export function connectedPair(): readonly [number, number] {
  const pair = new Int32Array(2);
  if (libc.socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ptr(pair)) !== 0)
    throw systemError('create', 'socket pair');
  return [pair[0]!, pair[1]!];
}

/** Of this thread, which is the one that is left behind execve(2): what comes then waits for the reaper. */
export function blockSignals(): void {
  const all = new BigUint64Array([0xffff_ffff_ffff_ffffn]);
  libc.syscall(SYS_RT_SIGPROCMASK, SIG_BLOCK, ptr(all), 0, 8, 0, 0);
}

export interface ReapRequest {
  readonly pid: number;
  /** Where the terminal's master comes from; -1 for none. */
  readonly terminalFd: number;
  /** A command for when the process has ended; none where it is empty. */
  readonly afterwards: readonly string[];
  /** A sealed plan of clean-up operations for then, which need no JavaScript; -1 for none. */
  readonly cleanupFd: number;
}

/** Replaces this process by one that waits for a child of ours and exits as it does. Returns only by throwing. */
export function becomeReaper(executor: Uint8Array, { pid, terminalFd, afterwards, cleanupFd }: ReapRequest): never {
  const fd = sealedExecutor(executor);
  if (terminalFd >= 0) libc.fcntl(terminalFd, F_SETFD, 0);
  if (cleanupFd >= 0) libc.fcntl(cleanupFd, F_SETFD, 0);
  const path = cString(`/proc/self/fd/${fd}`);
  const args = cStrings(['limpid-runtime', 'reap', String(pid), String(terminalFd), String(cleanupFd), ...afterwards]);
  const env = cStrings(Object.entries(Bun.env).map(([name, value]) => `${name}=${value}`));
  libc.execve(ptr(path), ptr(args.vector), ptr(env.vector));
  throw systemError('wait for', `process ${pid}`, lastErrno());
}
