import { EINTR } from '../abi/errno-numbers.ts';
import { lastErrno, libc, ptr } from './libc.ts';

const POLLIN = 1;

/** Exactly so many bytes of a stream; `undefined` where it ends, fails, or has nothing to say for so long. */
export function readExactly(fd: number, length: number, timeoutMs: number): Uint8Array | undefined {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    if (libc.poll(ptr(new Int32Array([fd, POLLIN])), 1, timeoutMs) === 0) return undefined;
    const got = Number(libc.read(fd, ptr(bytes, at), length - at));
    if (got > 0) at += got;
    else if (got === 0 || lastErrno() !== EINTR) return undefined;
  }
  return bytes;
}
