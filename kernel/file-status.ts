import { AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS } from '../abi/flags/lookup.ts';
import { cString, libc, ptr } from './libc.ts';
import { SYS_STATX } from './syscall-numbers.ts';

/** What stands at a path, by statx(2). */
export interface FileStatus {
  readonly kind: 'file' | 'directory' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';
  readonly sizeBytes: number;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly major: number;
  readonly minor: number;
  /** With a rename it stays the same, with a new file of the same name it does not. */
  readonly inode: bigint;
  /** What it takes on the disk, as du(1) counts. */
  readonly allocatedBytes: number;
  /** Nanoseconds since the epoch. */
  readonly modifiedNs: bigint;
  /** As `modifiedNs`, of the inode: nobody can set it. */
  readonly changedNs: bigint;
}

const KINDS: Record<number, FileStatus['kind']> = {
  0o010000: 'fifo',
  0o020000: 'char',
  0o040000: 'directory',
  0o060000: 'block',
  0o100000: 'file',
  0o120000: 'symlink',
  0o140000: 'socket',
};

/** What stands there, as a message says it: `a character device`. */
export function kindInWords({ kind }: FileStatus): string {
  const words: Partial<Record<FileStatus['kind'], string>> = {
    char: 'character device',
    block: 'block device',
    fifo: 'pipe',
  };
  return `a ${words[kind] ?? kind}`;
}

/** statx(2) of a path; `undefined` where nothing is. */
export function statPath(path: string, { followLinks = true } = {}): FileStatus | undefined {
  return statx(AT_FDCWD, path, followLinks ? 0 : AT_SYMLINK_NOFOLLOW);
}

/** Whether anything stands at a path, links followed: without a look at what it is. */
export function pathExists(path: string): boolean {
  const name = cString(path);
  return Number(libc.syscall(SYS_STATX, AT_FDCWD, ptr(name), 0, STATX_BASIC_STATS, ptr(LOOKED_AT), 0)) >= 0;
}

const LOOKED_AT = new Uint8Array(256);

/** Changes with what stands at a path: empty for nothing. Its owner can set the time of its content, and not that of its change. */
export function fingerprint(status: FileStatus | undefined): string {
  return status === undefined ? '' : `${status.kind} ${status.inode} ${status.sizeBytes} ${status.changedNs}`;
}

/** statx(2) of an open descriptor. */
export function statDescriptor(fd: number): FileStatus | undefined {
  return statx(fd, '', AT_EMPTY_PATH);
}

function statx(fd: number, path: string, flags: number): FileStatus | undefined {
  const buffer = new Uint8Array(256);
  const name = cString(path);
  const answer = Number(libc.syscall(SYS_STATX, fd, ptr(name), flags, STATX_BASIC_STATS, ptr(buffer), 0));
  if (answer < 0) return undefined;
  // struct statx, linux/stat.h: uid at 20, gid 24, mode 28 (u16), inode 32, size 40, blocks of 512 bytes 48,
  // ctime 96 (s64) and 104 (u32), mtime 112 (s64) and 120 (u32), rdev major 128, minor 132.
  const view = new DataView(buffer.buffer);
  const mode = view.getUint16(28, true);
  return {
    kind: KINDS[mode & 0o170000] ?? 'file',
    inode: view.getBigUint64(32, true),
    sizeBytes: Number(view.getBigUint64(40, true)),
    mode: mode & 0o7777,
    uid: view.getUint32(20, true),
    gid: view.getUint32(24, true),
    major: view.getUint32(128, true),
    minor: view.getUint32(132, true),
    allocatedBytes: Number(view.getBigUint64(48, true)) * 512,
    changedNs: view.getBigInt64(96, true) * 1_000_000_000n + BigInt(view.getUint32(104, true)),
    modifiedNs: view.getBigInt64(112, true) * 1_000_000_000n + BigInt(view.getUint32(120, true)),
  };
}
