import { describeErrno } from '../../abi/errno.ts';
import { LimpidError } from '../../base/error.ts';
import { freeSpace } from '../../kernel/disk-space.ts';
import { explainFailure } from '../../plan/describe/explain-failure.ts';
import type { Plan } from '../../plan/ops.ts';
import { showName } from '../../abi/tar/tar-error.ts';

export interface UnpackFailure {
  readonly plan: Plan;
  readonly index: number;
  readonly errno: number;
  readonly call: string;
  /** The path of the entry that failed, as the archive has it. */
  readonly answer: Uint8Array;
  readonly directory: string;
  /** What is unpacked, where it is no layer. */
  readonly what?: string;
}

/** What the unpacking process could not make, and why. Code `EUNPACK`, or the errno where the disk is the cause. */
export function unpackError({ plan, index, errno, call, answer, directory, what }: UnpackFailure): LimpidError {
  if (plan[index]?.op !== 'unpack') return new LimpidError(explainFailure(plan, index, errno, call));
  const { name, meaning } = describeErrno(errno);
  const entry = Buffer.from(answer).toString('latin1');
  const isDisk = DISK.includes(name) && call !== 'setxattr';
  const isFull = isDisk && (name === 'ENOSPC' || name === 'EDQUOT');
  return new LimpidError({
    code: isDisk ? name : 'EUNPACK',
    doing: what === undefined ? 'unpack' : 'copy',
    subject: subjectOf(entry === '' ? undefined : showName(entry), what),
    op: call,
    errno: name,
    why: whyOf(name, call, directory) ?? meaning,
    ...(keepsKinds(call, name) ? { hint: '--overwrite replaces it' } : {}),
    ...(isFull ? { hint: '`df` and `df -i` show which disk is full' } : {}),
  });
}

/** Where `keepKinds` is asked for. */
function keepsKinds(call: string, errno: string): boolean {
  return call === 'unpack' && (errno === 'EISDIR' || errno === 'ENOTDIR');
}

function subjectOf(entry: string | undefined, what: string | undefined): string {
  if (what !== undefined) return entry ?? what;
  return entry === undefined ? 'a layer' : `${entry} of a layer`;
}

/** Errors that are the disk's, not the archive's. */
const DISK = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'];

function whyOf(errno: string, call: string, directory: string): string | undefined {
  // ext4 keeps attributes in one block.
  if (call === 'setxattr' && (errno === 'ENOSPC' || errno === 'E2BIG' || errno === 'ERANGE'))
    return 'its extended attributes have no room on this file system; the disk is not full';
  if (keepsKinds(call, errno) && errno === 'EISDIR') return 'there is a directory of that name';
  if (keepsKinds(call, errno)) return 'there is a file of that name, and this is a directory';
  if (errno === 'EXDEV' || errno === 'EBUSY') return 'something else is mounted there';
  if (errno === 'ENOSPC') return freeSpace(directory)?.inodes === 0 ? 'no inodes left' : undefined;
  if (call === 'linkat' && errno === 'ENOENT') return 'the file that it is another name of is not in this layer';
  if (call === 'openat2' && (errno === 'ENOTDIR' || errno === 'ELOOP')) return 'a part of its path is no directory';
  return undefined;
}
