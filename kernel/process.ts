import { EINTR, ESRCH } from '../abi/errno-numbers.ts';
import { lastErrno, libc, ptr } from './libc.ts';
import { readKernelRecord } from './files.ts';
import { systemError } from './system-error.ts';
import { SYS_KILL, SYS_PIDFD_OPEN, SYS_PIDFD_SEND_SIGNAL } from './syscall-numbers.ts';

const POLLIN = 1;

/** A process as the kernel can never confuse it with another: pid and start time (proc(5), stat field 22). */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
}

export interface ProcessStat extends ProcessIdentity {
  readonly command: string;
  /** proc(5): R, S, D, Z, T, … */
  readonly state: string;
  readonly parentPid: number;
}

/** What /proc/PID/stat says, `undefined` where there is no such process. */
export function readProcessStat(pid: number): ProcessStat | undefined {
  const text = readKernelRecord(`/proc/${pid}/stat`);
  if (text === undefined || text === '') return undefined;
  // The command is in parentheses and may hold spaces and parentheses itself: the last one ends it.
  const end = text.lastIndexOf(')');
  const fields = text.slice(end + 2).split(' ', 20);
  return {
    pid,
    command: text.slice(text.indexOf('(') + 1, end),
    state: fields[0]!,
    parentPid: Number(fields[1]),
    startTime: fields[19]!,
  };
}

/** This process. */
export function ownIdentity(): ProcessIdentity {
  const { pid, startTime } = readProcessStat(process.pid)!;
  return { pid, startTime };
}

/** Whether that very process runs: pid and start time agree, and it is no zombie. */
export function isAlive(process: ProcessIdentity): boolean {
  return observeAlive(process) !== undefined;
}

/** What the kernel says of that very process while it lives. */
export function observeAlive({ pid, startTime }: ProcessIdentity): ProcessStat | undefined {
  const stat = readProcessStat(pid);
  return stat?.startTime === startTime && stat.state !== 'Z' && stat.state !== 'X' ? stat : undefined;
}

/** pidfd_open(2) of that very process, `undefined` when it is gone; the caller closes it. */
export function openPidfd(process: ProcessIdentity): number | undefined {
  const fd = Number(libc.syscall(SYS_PIDFD_OPEN, process.pid, 0, 0, 0, 0, 0));
  if (fd < 0) {
    const errno = lastErrno();
    if (errno === ESRCH) return undefined;
    throw systemError('open', `process ${process.pid}`, errno);
  }
  // The pid may have been given to a stranger before it was opened, never after: so the check comes second.
  if (isAlive(process)) return fd;
  libc.close(fd);
  return undefined;
}

/** Sends a signal to that very process, never to a later owner of its pid. False when it is gone. */
export function signalProcess(process: ProcessIdentity, signal: number): boolean {
  const fd = openPidfd(process);
  if (fd === undefined) return false;
  const answer = Number(libc.syscall(SYS_PIDFD_SEND_SIGNAL, fd, signal, 0, 0, 0, 0));
  const errno = answer < 0 ? lastErrno() : 0;
  libc.close(fd);
  if (errno === ESRCH) return false;
  if (errno !== 0) throw systemError('signal', `process ${process.pid}`, errno);
  return true;
}

/** Waits until that very process has ended, at most `timeoutMs` (-1: for ever). False when time ran out. */
export function waitForEnd(process: ProcessIdentity, timeoutMs: number): boolean {
  const fd = openPidfd(process);
  if (fd === undefined) return true;
  const entry = new Int32Array([fd, POLLIN]);
  const ready = libc.poll(ptr(entry), 1, timeoutMs);
  libc.close(fd);
  return ready > 0;
}

/** Ids in use by this process: the real uid. */
export function currentUid(): number {
  return libc.getuid();
}

export function currentGid(): number {
  return libc.getgid();
}

/** Signals a child that we have not reaped yet: until then nobody else can have its pid. */
export function signalChild(pid: number, signal: number): void {
  libc.syscall(SYS_KILL, pid, signal, 0, 0, 0, 0);
}

/** waitpid(2) of a child of ours; answers its exit code as a shell sees it, -1 where it is no child of ours. */
export function reapChild(pid: number): number {
  const status = new Int32Array(1);
  while (libc.waitpid(pid, ptr(status), 0) < 0) if (lastErrno() !== EINTR) return -1;
  const signal = status[0]! & 0x7f;
  return signal === 0 ? (status[0]! >> 8) & 0xff : 128 + signal;
}
