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
}

/** What the unpacking process could not make, and why. Code `EUNPACK`, or the errno where the disk is the cause. */
export function unpackError({ plan, index, errno, call, answer, directory }: UnpackFailure): LimpidError {
  if (plan[index]?.op !== 'unpack') return new LimpidError(explainFailure(plan, index, errno, call));
  const { name, meaning } = describeErrno(errno);
  const entry = Buffer.from(answer).toString('latin1');
  const isDisk = DISK.includes(name) && call !== 'setxattr';
  const isFull = isDisk && (name === 'ENOSPC' || name === 'EDQUOT');
  return new LimpidError({
    code: isDisk ? name : 'EUNPACK',
    doing: 'unpack',
    subject: entry === '' ? 'a layer' : `${showName(entry)} of a layer`,
    op: call,
    errno: name,
    why: whyOf(name, call, directory) ?? meaning,
    ...(isFull ? { hint: '`df` and `df -i` show which disk is full' } : {}),
  });
}

/** Errors that are the disk's, not the archive's. */
const DISK = ['ENOSPC', 'EDQUOT', 'EROFS', 'EIO'];

function whyOf(errno: string, call: string, directory: string): string | undefined {
  // ext4 keeps attributes in one block.
  if (call === 'setxattr' && (errno === 'ENOSPC' || errno === 'E2BIG' || errno === 'ERANGE'))
    return 'its extended attributes have no room on this file system; the disk is not full';
  if (errno === 'ENOSPC') return freeSpace(directory)?.inodes === 0 ? 'no inodes left' : undefined;
  if (call === 'linkat' && errno === 'ENOENT') return 'the file that it is another name of is not in this layer';
  if (call === 'openat2' && (errno === 'ENOTDIR' || errno === 'ELOOP')) return 'a part of its path is no directory';
  return undefined;
}
