import { EAGAIN } from '../abi/errno-numbers.ts';
import { lastErrno, libc, ptr } from './libc.ts';
import { SYS_OPENAT2 } from './syscall-numbers.ts';

const ATTEMPTS = 64;

/**
 * openat2(2), with the path as it goes to the kernel, NUL included. Below zero is a failure that lastErrno tells.
 * EAGAIN: somewhere on this machine something was renamed or mounted while a `..` was followed, and the kernel cannot tell
 * whether we left the root.
 */
export function openat2(at: number, path: Uint8Array, flags: number, resolve: number): number {
  const how = new BigUint64Array([BigInt(flags), 0n, BigInt(resolve)]);
  for (let attempt = 1; ; attempt++) {
    const fd = Number(libc.syscall(SYS_OPENAT2, at, ptr(path), ptr(how), 24, 0, 0));
    if (fd >= 0 || attempt === ATTEMPTS || lastErrno() !== EAGAIN) return fd;
  }
}
