import { cString, libc, ptr } from './libc.ts';
import { SYS_STATFS } from './syscall-numbers.ts';

/** statfs(2): f_type, f_bsize, f_blocks, f_bfree, f_bavail, f_files, f_ffree, …; `undefined` where there is no such path. */
export function statfs(path: string): BigInt64Array | undefined {
  const fields = new BigInt64Array(16);
  const name = cString(path);
  return Number(libc.syscall(SYS_STATFS, ptr(name), ptr(fields), 0, 0, 0, 0)) === 0 ? fields : undefined;
}
