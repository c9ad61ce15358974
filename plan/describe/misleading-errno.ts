import { CLONE_FLAG, CLONE_NEWUSER } from '../../abi/flags/clone.ts';
import type { Op, OpName } from '../ops.ts';
import { correctFirewall } from './firewall-errno.ts';
import { correctRtnetlink } from './rtnetlink-errno.ts';
import { resolvePath, type Slots } from './slots.ts';

export interface Failure<N extends OpName = OpName> {
  readonly op: Op<N>;
  readonly slots: Slots;
  readonly errno: string;
  readonly call: string;
}

/** What an errno means here, and what to do about it. Without `why` the usual meaning is right. */
export interface Correction {
  readonly why?: string;
  readonly hint?: string;
}

const NEEDS_ROOT: Correction = { hint: 'this needs root: run it with sudo' };

/** What the errno of a failed operation really says, where its usual wording would send the reader astray. */
export function correctErrno(failure: Failure): Correction | undefined {
  const { op, errno } = failure;
  return CORRECTIONS[op.op]?.(failure) ?? (errno === 'EPERM' && op.stage !== 'init' ? NEEDS_ROOT : undefined);
}

type Corrector = (failure: Failure) => Correction | undefined;

const CORRECTIONS: Partial<Record<OpName, Corrector>> = {
  mkdir: (failure) => (isCgroup(failure) ? correctCgroupMkdir(failure.errno) : undefined),
  write: (failure) => correctDevices(failure) ?? correctWrite(failure),
  write_pid: (failure) => (isCgroup(failure) ? correctCgroupJoin(failure.errno) : undefined),
  remove_cgroup: ({ errno }) =>
    errno === 'EBUSY'
      ? { why: 'processes or child cgroups are still in it', hint: '`systemd-cgls` shows them' }
      : undefined,
  mount: (failure) => correctMount(failure as Failure<'mount'>),
  bind: (failure) => correctBind(failure as Failure<'bind'>),
  reserve_port: ({ errno }) =>
    errno === 'EADDRINUSE'
      ? { why: 'somebody has the port' }
      : errno === 'EADDRNOTAVAIL'
        ? { why: 'the host has no such address' }
        : undefined,
  clone_mount: ({ errno, call }) =>
    call === 'mount_setattr'
      ? correctIdMappedMount(errno)
      : errno === 'ENOENT'
        ? { why: 'it does not exist', hint: 'create it first' }
        : undefined,
  pivot_root: ({ errno }) =>
    errno === 'EINVAL' ? { why: 'the root is no mount point, or its parent mount is shared' } : undefined,
  umount: ({ errno }) =>
    errno === 'EINVAL'
      ? { why: 'it is not mounted' }
      : errno === 'EBUSY'
        ? { hint: '`lsof` shows who uses it' }
        : undefined,
  clone: (failure) => correctNamespaces(failure as Failure<'clone' | 'unshare'>),
  user_namespace: ({ errno, call }) =>
    call === 'write'
      ? correctIdMap(errno)
      : errno === 'ENOSPC'
        ? { why: 'too many namespaces', hint: 'raise the sysctl user.max_user_namespaces; the disk is not the cause' }
        : undefined,
  unshare: (failure) => correctNamespaces(failure as Failure<'clone' | 'unshare'>),
  setns: ({ errno }) =>
    errno === 'EINVAL' ? { why: 'it is no namespace of that type, or is ours already' } : undefined,
  setrlimit: ({ errno }) =>
    errno === 'EPERM' ? { why: 'the hard limit is above our own', hint: '`ulimit -H -a` shows ours' } : undefined,
  setresuid: ({ errno }) => (errno === 'EINVAL' ? { why: 'the user namespace does not map this user' } : undefined),
  setresgid: ({ errno }) => (errno === 'EINVAL' ? { why: 'the user namespace does not map this group' } : undefined),
  setgroups: ({ errno }) =>
    errno === 'EINVAL'
      ? { why: 'the user namespace does not map one of the groups' }
      : errno === 'EPERM'
        ? { why: 'the user namespace was made with setgroups denied' }
        : undefined,
  capset: ({ errno }) =>
    errno === 'EPERM' ? { why: 'a capability is asked for that we do not have', hint: 'see --cap-add' } : undefined,
  seccomp: ({ errno }) => (errno === 'EINVAL' ? { why: 'the kernel refuses the filter program' } : undefined),
  chdir: (failure) => correctChdir(failure.errno),
  exec: (failure) => correctExec(failure as Failure<'exec'>),
  find_program: ({ errno }) =>
    errno === 'ENOENT' ? { why: 'executable file not found in the container: no such file or directory' } : undefined,
  hook: ({ errno, call }) =>
    errno === 'ECANCELED'
      ? { why: `it ended with ${call}` }
      : errno === 'ETIMEDOUT'
        ? { why: 'its time is over' }
        : undefined,
  netlink: (failure) => correctNetfilter(failure as Failure<'netlink'>),
  rtnetlink: (failure) => correctRtnetlink(failure as Failure<'rtnetlink'>),
  listen: ({ errno }) => (errno === 'EADDRINUSE' ? { why: 'another monitor listens there' } : undefined),
};

const NETLINK_NETFILTER = 12;
const NOT_THERE = new Set(['EPROTONOSUPPORT', 'EOPNOTSUPP', 'EAFNOSUPPORT']);

function correctNetfilter({ op, errno }: Failure<'netlink'>): Correction | undefined {
  if (Number(op.protocol) !== NETLINK_NETFILTER) return undefined;
  if (!NOT_THERE.has(errno)) return correctFirewall(op, errno);
  const hint =
    'load its module, `modprobe nf_tables`; --network none, host, and networks of macvlan and ipvlan do without';
  return { why: 'this kernel has no nf_tables, which networks with a bridge need', hint };
}

/** "a" in devices.allow and devices.deny is for a cgroup without children: devcgroup_update_access. */
function correctDevices({ op, errno }: Failure): Correction | undefined {
  if (op.op !== 'write' || errno !== 'EINVAL' || !/\/devices\.(?:allow|deny)$/.test(op.path)) return undefined;
  if (op.data[0] !== 'a'.charCodeAt(0)) return undefined;
  return {
    why: 'it has cgroups below it, and everything may be used in it: v1 changes that no more',
    hint: 'give the container a cgroup of its own',
  };
}

function isCgroup({ op, slots }: Failure): boolean {
  if (!('path' in op) || !('at' in op)) return false;
  return resolvePath(slots, op.at, op.path)?.startsWith('/sys/fs/cgroup/') ?? false;
}

function correctCgroupMkdir(errno: string): Correction | undefined {
  if (errno === 'ENOSPC')
    return {
      why: 'no more cgroups are allowed here',
      hint: 'an empty cpuset.cpus or cgroup.max.descendants is the cause, not the disk',
    };
  if (errno === 'EAGAIN') return { why: 'cgroup.max.descendants or cgroup.max.depth of a parent is reached' };
  if (errno === 'EROFS')
    return { why: 'cgroups are mounted read-only', hint: 'inside a container, run that with --privileged' };
  if (errno === 'EACCES' || errno === 'EPERM') return { hint: 'this needs root, or a delegated --cgroup-parent' };
  return undefined;
}

function correctCgroupJoin(errno: string): Correction | undefined {
  if (errno === 'ENOSPC')
    return { why: 'the cpuset has no CPUs or no memory nodes', hint: 'see --cpuset-cpus and --cpuset-mems' };
  if (errno === 'EBUSY')
    return { why: 'the cgroup has controllers enabled for its children, so it can hold no process' };
  if (errno === 'EAGAIN') return { why: 'the pids limit of a parent cgroup is reached' };
  return undefined;
}

function correctWrite(failure: Failure): Correction | undefined {
  const { op, errno } = failure;
  const path = 'path' in op ? op.path : '';
  const file = path.split('/').at(-1) ?? '';
  if (isCgroup(failure)) return correctCgroupWrite(file, errno);
  if (path.includes('/attr/') && errno === 'ENOENT')
    return {
      why: 'this kernel runs without AppArmor, or without that profile',
      hint: '`aa-status` lists the profiles',
    };
  if (file === 'uid_map' || file === 'gid_map') return correctIdMap(errno);
  if (file.startsWith('oom_score_adj') && errno === 'EACCES') return { why: 'lowering it needs CAP_SYS_RESOURCE' };
  if (path.endsWith('/forwarding') || file === 'ip_forward')
    return {
      why: 'this machine does not let packets be forwarded',
      hint: 'set it from outside, `sysctl -w net.ipv4.ip_forward=1`; --network none and host do without',
    };
  if (path.startsWith('/proc/sys/') && errno === 'ENOENT') return { why: 'this kernel has no such sysctl' };
  if (path.startsWith('/proc/sys/') && errno === 'EINVAL') return { why: 'the sysctl does not take this value' };
  return undefined;
}

function correctCgroupWrite(file: string, errno: string): Correction | undefined {
  if (file.startsWith('memory.') && errno === 'EBUSY') {
    return { why: 'more memory than that is in use', hint: 'raise the limit' };
  }
  if (file.startsWith('memory.') && file.includes('memsw') && errno === 'EINVAL') {
    return { why: 'memory and swap together cannot be less than memory', hint: 'see --memory-swap' };
  }
  if (file.startsWith('cpuset.') && (errno === 'EINVAL' || errno === 'ERANGE' || errno === 'EACCES')) {
    return {
      why: 'the parent cgroup does not have all of these',
      hint: '`nproc` and /sys/fs/cgroup show what there is',
    };
  }
  if (file === 'cgroup.subtree_control' && errno === 'EBUSY') {
    return { why: 'the cgroup holds processes, so it cannot hand controllers to children' };
  }
  if (file === 'cgroup.subtree_control' && errno === 'ENOENT')
    return { why: 'the parent cgroup does not have that controller' };
  if (file === 'cgroup.procs' || file === 'tasks') return correctCgroupJoin(errno);
  if (errno === 'ENOENT') return { why: 'the controller is not here', hint: '`limpid info` lists the controllers' };
  if (errno === 'EINVAL' || errno === 'ERANGE') return { why: 'the controller does not take this value' };
  if (errno === 'ENODEV' || errno === 'ENXIO')
    return { why: 'there is no such block device', hint: '`lsblk` lists them' };
  return undefined;
}

function correctIdMap(errno: string): Correction | undefined {
  if (errno === 'EPERM')
    return { why: 'these ids may not be mapped', hint: 'this needs root, or the ids in /etc/subuid and /etc/subgid' };
  return errno === 'EINVAL' ? { why: 'the mappings overlap, are empty or are more than 340' } : undefined;
}

function correctMount({ op, errno }: Failure<'mount'>): Correction | undefined {
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

function correctBind({ op, errno, call }: Failure<'bind'>): Correction | undefined {
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
function correctIdMappedMount(errno: string): Correction | undefined {
  if (errno === 'EINVAL' || errno === 'EPERM') {
    return {
      why: 'the file system there cannot map ids',
      hint: 'ext4, xfs and btrfs can, tmpfs from Linux 6.3 on: choose a --root or an image there, or leave --userns out',
    };
  }
  return errno === 'ENOSYS' ? { why: 'this kernel cannot map the ids of mounts', hint: 'Linux 5.12 can' } : undefined;
}

function correctNamespaces({ op, errno, call }: Failure<'clone' | 'unshare'>): Correction | undefined {
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

function correctChdir(errno: string): Correction | undefined {
  if (errno === 'ENOENT')
    return { why: 'it does not exist in the container', hint: 'create it, or choose another with --workdir' };
  if (errno === 'ENOTDIR') return { why: 'it is not a directory', hint: 'choose another with --workdir' };
  if (errno === 'ELOOP')
    return { why: 'it leads through a link of /proc, or in circles', hint: 'name the directory itself' };
  if (errno === 'EACCES') return { why: "the container's user may not enter it" };
  return undefined;
}

function correctExec({ op, errno }: Failure<'exec'>): Correction | undefined {
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
