import { CLONE_FLAG, CLONE_NEWUSER } from '../../abi/flags/clone.ts';
import type { Correction, Failure } from './correction.ts';

export function correctNamespaces({ op, errno, call }: Failure<'clone' | 'unshare'>): Correction | undefined {
  if (errno === 'ENOSPC') {
    return {
      why: 'too many namespaces',
      hint: `raise the sysctls ${maxima(op.flags).join(', ')}; the disk is not the cause`,
    };
  }
  if (errno === 'EAGAIN') return { why: 'a pids limit, RLIMIT_NPROC or kernel.threads-max is reached' };
  if (errno === 'EPERM' && (BigInt(op.flags) & BigInt(CLONE_NEWUSER)) !== 0n) {
    return {
      why: 'user namespaces are not allowed here',
      hint: 'see kernel.unprivileged_userns_clone and AppArmor; root may',
    };
  }
  if (call === 'setns') return { why: 'the user namespace to be born in cannot be entered' };
  if (errno === 'EINVAL') return { why: 'this kernel lacks one of the namespaces' };
  if (errno === 'EBUSY' && op.op === 'clone') return { why: 'the cgroup cannot hold processes' };
  return undefined;
}

const SYSCTL_NAMES: Readonly<Record<string, string>> = { network: 'net', mount: 'mnt' };

function maxima(flags: number | bigint): readonly string[] {
  const types = Object.entries(CLONE_FLAG).filter(([, flag]) => (BigInt(flags) & BigInt(flag)) !== 0n);
  return types.map(([type]) => `user.max_${SYSCTL_NAMES[type] ?? type}_namespaces`);
}

export function correctChdir(errno: string): Correction | undefined {
  if (errno === 'ENOENT')
    return { why: 'it does not exist in the container', hint: 'create it, or choose another with --workdir' };
  if (errno === 'ENOTDIR') return { why: 'it is not a directory', hint: 'choose another with --workdir' };
  if (errno === 'ELOOP')
    return { why: 'it leads through a link of /proc, or in circles', hint: 'name the directory itself' };
  if (errno === 'EACCES') return { why: "the container's user may not enter it" };
  return undefined;
}

export function correctExec({ op, errno }: Failure<'exec'>): Correction | undefined {
  const asPath = op.argv[0]?.includes('/') ?? false;
  if (errno === 'ENOENT') {
    return asPath
      ? { hint: 'if the file is there, its interpreter (the #! line, or the dynamic loader) is not' }
      : { why: "not found in the container's PATH", hint: 'check the spelling, or give a path' };
  }
  if (errno === 'ENOEXEC') return { why: 'it is for another architecture, or a script without a #! line' };
  if (errno === 'EACCES')
    return { why: 'it is not executable, a directory, or on a noexec mount', hint: '`chmod +x` it' };
  if (errno === 'ELIBBAD') return { why: 'a library or loader it needs is damaged' };
  if (errno === 'E2BIG') return { why: 'arguments and environment are too long together' };
  if (errno === 'EAGAIN') return { why: 'RLIMIT_NPROC of this user is reached', hint: 'see --ulimit nproc' };
  if (errno === 'EPERM') return { why: 'the file asks for privileges that this container does not have' };
  if (errno === 'ETXTBSY') return { why: 'the file is still being written' };
  return undefined;
}
