import { mapperOf } from '../user-namespace.ts';
import type { OpName } from '../ops.ts';
import { correctCgroupJoin, correctCgroupMkdir, correctCgroupWrite, correctDevices, isCgroup } from './cgroup-errno.ts';
import type { Correction, Failure } from './correction.ts';
import { correctFirewall } from './firewall-errno.ts';
import { correctBind, correctIdMappedMount, correctMount } from './mount-errno.ts';
import { correctChdir, correctExec, correctNamespaces } from './process-errno.ts';
import { correctRtnetlink } from './rtnetlink-errno.ts';

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
  reserve_port: (failure) => correctReservePort(failure as Failure<'reserve_port'>),
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
  hook: ({ op, errno, call }) =>
    errno === 'ECANCELED'
      ? { why: `it ended with ${call}`, ...mapperHint(op as Failure<'hook'>['op'], call) }
      : errno === 'ETIMEDOUT'
        ? { why: 'its time is over' }
        : undefined,
  netlink: (failure) => correctNetfilter(failure as Failure<'netlink'>),
  rtnetlink: (failure) => correctRtnetlink(failure as Failure<'rtnetlink'>),
  listen: ({ errno }) => (errno === 'EADDRINUSE' ? { why: 'another monitor listens there' } : undefined),
};

/** sh(1) ends with 127 where there is no such program, with 126 where it is none. */
function mapperHint(op: Failure<'hook'>['op'], call: string): Pick<Correction, 'hint'> {
  if (mapperOf(op) === undefined) return {};
  if (call === 'status 127' || call === 'status 126')
    return { hint: 'install newuidmap and newgidmap, the package uidmap' };
  return { hint: '/etc/subuid and /etc/subgid say which ids a user may map' };
}

const NETLINK_NETFILTER = 12;
const NOT_THERE = new Set(['EPROTONOSUPPORT', 'EOPNOTSUPP', 'EAFNOSUPPORT']);

function correctNetfilter({ op, errno }: Failure<'netlink'>): Correction | undefined {
  if (Number(op.protocol) !== NETLINK_NETFILTER) return undefined;
  if (!NOT_THERE.has(errno)) return correctFirewall(op, errno);
  const hint =
    'load its module, `modprobe nf_tables`; --network none, host, and networks of macvlan and ipvlan do without';
  return { why: 'this kernel has no nf_tables, which networks with a bridge need', hint };
}

const IPPROTO_SCTP = 132;

function correctReservePort({ op, errno }: Failure<'reserve_port'>): Correction | undefined {
  if (errno === 'EADDRINUSE') return { why: 'somebody has the port' };
  if (errno === 'EADDRNOTAVAIL') return { why: 'the host has no such address' };
  const isUnknown = errno === 'ESOCKTNOSUPPORT' || errno === 'EPROTONOSUPPORT';
  if (!isUnknown || Number(op.protocol) !== IPPROTO_SCTP) return undefined;
  return { why: 'this kernel has no SCTP', hint: 'load its module, `modprobe sctp`: containers need it as well' };
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
  if (path.endsWith('/forwarding') || file === 'ip_forward') {
    const name = path.includes('/ipv6/') ? 'net.ipv6.conf.all.forwarding' : 'net.ipv4.ip_forward';
    return {
      why: 'this machine does not let packets be forwarded',
      hint: `set it from outside, \`sysctl -w ${name}=1\`; --network none and host do without`,
    };
  }
  if (path.startsWith('/proc/sys/') && errno === 'ENOENT') return { why: 'this kernel has no such sysctl' };
  if (path.startsWith('/proc/sys/') && errno === 'EINVAL') return { why: 'the sysctl does not take this value' };
  return undefined;
}

function correctIdMap(errno: string): Correction | undefined {
  if (errno === 'EPERM')
    return { why: 'these ids may not be mapped', hint: 'this needs root, or the ids in /etc/subuid and /etc/subgid' };
  return errno === 'EINVAL' ? { why: 'the mappings overlap, are empty or are more than 340' } : undefined;
}
