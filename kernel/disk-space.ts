import { hostArch } from './arch.ts';
import { cString, libc, ptr } from './libc.ts';

const SYS_STATFS = hostArch === 'aarch64' ? 43 : 137;

export interface DiskSpace {
  readonly totalBytes: number;
  readonly usedBytes: number;
}

/** statfs(2) of the file system that a path is on; `undefined` where there is no such path. */
export function diskSpace(path: string): DiskSpace | undefined {
  // struct statfs: f_type, f_bsize, f_blocks, f_bfree, … of 64 bits each.
  const fields = new BigInt64Array(16);
  const name = cString(path);
  if (Number(libc.syscall(SYS_STATFS, ptr(name), ptr(fields), 0, 0, 0, 0)) !== 0) return undefined;
  const [, blockSize, blocks, free] = fields;
  return { totalBytes: Number(blocks! * blockSize!), usedBytes: Number((blocks! - free!) * blockSize!) };
}

/** What an unprivileged writer could still take; `inodes` is `undefined` where the file system does not count them. */
export interface FreeSpace {
  readonly bytes: number;
  readonly inodes: number | undefined;
}

/** statfs(2) again; `undefined` where there is no such path. */
export function freeSpace(path: string): FreeSpace | undefined {
  const fields = new BigInt64Array(16);
  const name = cString(path);
  if (Number(libc.syscall(SYS_STATFS, ptr(name), ptr(fields), 0, 0, 0, 0)) !== 0) return undefined;
  // … f_bavail, f_files, f_ffree.
  const [, blockSize, , , available, inodes, freeInodes] = fields;
  return { bytes: Number(available! * blockSize!), inodes: (inodes ?? 0n) === 0n ? undefined : Number(freeInodes!) };
}
