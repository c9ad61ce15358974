import type { Correction, Failure } from './correction.ts';

export function correctMount({ op, errno }: Failure<'mount'>): Correction | undefined {
  if (errno === 'ENOSPC')
    return { why: 'the mount namespace is full', hint: 'raise the sysctl fs.mount-max; the disk is not the cause' };
  if (errno === 'ENODEV')
    return { why: `this kernel has no file system "${op.type}"`, hint: `try \`modprobe ${op.type}\`` };
  if (op.type === 'overlay') return correctOverlay(errno);
  if (errno === 'EPERM' && (op.type === 'proc' || op.type === 'sysfs')) {
    return {
      why: 'not allowed in this user namespace',
      hint: 'parts of the outer /proc or /sys are hidden, or it is not root',
    };
  }
  if (errno === 'ENOENT') return { why: 'the place to mount it at does not exist' };
  if (errno === 'EINVAL' && op.data !== '') return { why: `${op.type} refuses the options "${op.data}"` };
  if (errno === 'ELOOP' || errno === 'EXDEV') return { why: 'symbolic links there lead nowhere within the root' };
  return undefined;
}

function correctOverlay(errno: string): Correction | undefined {
  if (errno === 'EINVAL') {
    return {
      why: 'the upper directory cannot be one',
      hint: 'it must not lie on overlayfs or NFS: choose a --root on a local disk or tmpfs',
    };
  }
  if (errno === 'ENOENT') return { why: 'a lower, upper or work directory is missing' };
  if (errno === 'EBUSY') return { why: 'another mount uses the upper or work directory' };
  if (errno === 'ESTALE') return { why: 'the upper directory was used with other lower directories' };
  if (errno === 'E2BIG' || errno === 'ENAMETOOLONG') return { why: 'too many layers for one mount' };
  return undefined;
}

export function correctBind({ op, errno, call }: Failure<'bind'>): Correction | undefined {
  // The container's side is resolved by openat2(2), a host path by open(2).
  const source = call !== 'openat2' || op.at < 0;
  if (errno === 'ENOENT' && source) return { why: `the source "${op.source}" does not exist`, hint: 'create it first' };
  if (errno === 'ENOENT') return { why: 'the place to bind it at does not exist' };
  if (call === 'mount_setattr' && op.idMap >= 0 && op.attrSet === 0 && op.attrClear === 0)
    return correctIdMappedMount(errno);
  if (errno === 'ENOTDIR') return { why: 'source and target must both be directories, or neither' };
  if (errno === 'EINVAL')
    return { why: 'the source is unbindable, or has mounts that may not be shown without what is below' };
  if (errno === 'ENOSPC')
    return { why: 'the mount namespace is full', hint: 'raise the sysctl fs.mount-max; the disk is not the cause' };
  return undefined;
}

/** Each file system says for itself whether it can; overlayfs and NFS do not, tmpfs does since Linux 6.3. */
export function correctIdMappedMount(errno: string): Correction | undefined {
  if (errno === 'EINVAL' || errno === 'EPERM') {
    return {
      why: 'the file system there cannot map ids',
      hint: 'ext4, xfs and btrfs can, tmpfs from Linux 6.3 on: choose a --root or an image there, or leave --userns out',
    };
  }
  return errno === 'ENOSYS' ? { why: 'this kernel cannot map the ids of mounts', hint: 'Linux 5.12 can' } : undefined;
}
