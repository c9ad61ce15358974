import { hostArch } from './arch.ts';
import { libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';

const SYS_PIPE2 = hostArch === 'aarch64' ? 59 : 293;
const O_CLOEXEC = 0o2000000;
const F_SETPIPE_SZ = 1031;

export interface Pipe {
  readonly readFd: number;
  readonly writeFd: number;
}

/** pipe2(2). With `capacityBytes` it is asked to hold so much; what the kernel gives is enough otherwise. */
export function makePipe(capacityBytes?: number): Pipe {
  const pair = new Int32Array(2);
  if (Number(libc.syscall(SYS_PIPE2, ptr(pair), O_CLOEXEC, 0, 0, 0, 0)) < 0) throw systemError('create', 'pipe');
  if (capacityBytes !== undefined) libc.fcntl(pair[1]!, F_SETPIPE_SZ, capacityBytes);
  return { readFd: pair[0]!, writeFd: pair[1]! };
}
