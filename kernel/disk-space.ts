import { statfs } from './statfs.ts';

export interface DiskSpace {
  readonly totalBytes: number;
  readonly usedBytes: number;
}

/** statfs(2) of the file system that a path is on; `undefined` where there is no such path. */
export function diskSpace(path: string): DiskSpace | undefined {
  const fields = statfs(path);
  if (fields === undefined) return undefined;
  const [, blockSize, blocks, free] = fields;
  return { totalBytes: Number(blocks! * blockSize!), usedBytes: Number((blocks! - free!) * blockSize!) };
}

/** What an unprivileged writer could still take; `inodes` is `undefined` where the file system does not count them. */
export interface FreeSpace {
  readonly bytes: number;
  readonly inodes: number | undefined;
}

/** `undefined` where there is no such path. */
export function freeSpace(path: string): FreeSpace | undefined {
  const fields = statfs(path);
  if (fields === undefined) return undefined;
  // … f_bavail, f_files, f_ffree.
  const [, blockSize, , , available, inodes, freeInodes] = fields;
  return { bytes: Number(available! * blockSize!), inodes: (inodes ?? 0n) === 0n ? undefined : Number(freeInodes!) };
}
