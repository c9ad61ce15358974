import { EPERM } from '../abi/errno-numbers.ts';
import { encodeBpf } from '../abi/bpf/wire.ts';
import { compileSeccomp } from '../abi/seccomp/compile.ts';
import type { HostFacts } from './facts.ts';

/** What the executor's `unpack` asks of the kernel, and what ends it. Nothing here starts, connects, mounts or signals. */
const CALLS = [
  'read',
  'write',
  'pwrite64',
  'lseek',
  'close',
  'fcntl',
  'open',
  'openat',
  'openat2',
  'mkdirat',
  'symlinkat',
  'linkat',
  'mknodat',
  'unlinkat',
  'fchown',
  'fchownat',
  'fchmod',
  'fchmodat',
  'fsetxattr',
  'lsetxattr',
  'utimensat',
  'ftruncate',
  'fstat',
  'newfstatat',
  'statx',
  'getdents64',
  'fchdir',
  'sync_file_range',
  'syncfs',
  'clock_gettime',
  'mmap',
  'mremap',
  'munmap',
  'brk',
  'madvise',
  'rt_sigaction',
  'rt_sigprocmask',
  'rt_sigreturn',
  'exit',
  'exit_group',
];

/** A seccomp program that lets just these through; anything else is EPERM. */
export function unpackFilter({ arch }: Pick<HostFacts, 'arch'>): Uint8Array {
  const profile = {
    defaultAction: 'SCMP_ACT_ERRNO' as const,
    defaultErrnoRet: EPERM,
    syscalls: [{ names: CALLS, action: 'SCMP_ACT_ALLOW' as const }],
  };
  return encodeBpf(compileSeccomp(profile, { arch }));
}
