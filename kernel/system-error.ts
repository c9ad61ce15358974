import { describeErrno } from '../abi/errno.ts';
import { LimpidError } from '../base/error.ts';
import { lastErrno } from './libc.ts';

/** The error for a failed system call of our own; reads errno, so it comes straight after the call. */
export function systemError(doing: string, subject: string, number: number = lastErrno()): LimpidError {
  const { name, meaning } = describeErrno(number);
  return new LimpidError({
    code: name,
    doing,
    subject: `"${subject}"`,
    errno: name,
    why: meaning,
    hint: hintFor(name),
  });
}

function hintFor(errno: string): string | undefined {
  if (errno === 'ENOSPC') return 'the disk is full: `df` shows which one';
  if (errno === 'EACCES' || errno === 'EPERM') return 'limpid needs root, or --root and --runroot that you may write';
  if (errno === 'EROFS') return 'choose a writable place with --root and --runroot';
  return undefined;
}
