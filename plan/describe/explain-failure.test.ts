import { describe, expect, test } from 'bun:test';
import { CLONE_NEWNET, CLONE_NEWPID } from '../../abi/flags/clone.ts';
import { LimpidError } from '../../base/error.ts';
import type { Op } from '../ops.ts';
import { NONE, SLOT } from '../slots.ts';
import { explainFailure } from './explain-failure.ts';
import { describeOp } from './operation.ts';

const ERRNO = {
  EPERM: 1,
  ENOENT: 2,
  ENOEXEC: 8,
  EAGAIN: 11,
  EACCES: 13,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
  ENOSPC: 28,
};
const bytes = (text: string) => new TextEncoder().encode(text);

function message(op: Op, errno: keyof typeof ERRNO, call = ''): string {
  return new LimpidError(explainFailure([op], 0, ERRNO[errno], call)).message;
}

const host = { stage: 'host', because: '' } as const;
const mountProc: Op = {
  ...host,
  op: 'mount',
  at: SLOT.root,
  target: '/proc',
  type: 'proc',
  source: 'proc',
  flags: 0,
  data: '',
};
const overlay: Op = {
  ...host,
  op: 'mount',
  at: NONE,
  target: '/m',
  type: 'overlay',
  source: 'overlay',
  flags: 0,
  data: 'x',
};
const cgroup: Op = { ...host, op: 'mkdir', at: NONE, path: '/sys/fs/cgroup/pids/limpid', mode: 0o755, existOk: true };
const limit: Op = {
  ...host,
  because: '--memory 4k',
  op: 'write',
  at: NONE,
  path: '/sys/fs/cgroup/memory/limpid/c/memory.limit_in_bytes',
  flags: 1,
  data: bytes('4096'),
};
const clone: Op = {
  ...host,
  op: 'clone',
  flags: CLONE_NEWPID | CLONE_NEWNET,
  cgroup: NONE,
  pidfd: 2,
  proc: 1,
  user: NONE,
};
const bind: Op = {
  ...host,
  op: 'bind',
  sourceAt: NONE,
  source: '/nowhere',
  at: SLOT.root,
  target: '/data',
  recursive: true,
  attrSet: 0,
  attrClear: 0,
  attrRecursive: false,
  propagation: 0,
  idMap: NONE,
  idMapRecursive: false,
  missingOk: false,
};
const exec = (...argv: string[]): Op => ({
  stage: 'init',
  because: 'the command line',
  op: 'exec',
  candidates: [],
  argv,
  env: [],
});
const workdir: Op = { stage: 'init', because: '--workdir /x', op: 'chdir', path: '/x' };

describe('errnos that mislead are corrected', () => {
  test.each<[string, Op, keyof typeof ERRNO, string]>([
    [
      'cannot mount "proc" at "/proc": ENOSPC, the mount namespace is full (hint: raise the sysctl fs.mount-max; the disk is not the cause)',
      mountProc,
      'ENOSPC',
      'mount',
    ],
    [
      'cannot mount "overlay" at "/m": EINVAL, the upper directory cannot be one ' +
        '(hint: it must not lie on overlayfs or NFS: choose a --root on a local disk or tmpfs)',
      overlay,
      'EINVAL',
      'mount',
    ],
    [
      'cannot create cgroup "/sys/fs/cgroup/pids/limpid": ENOSPC, no more cgroups are allowed here ' +
        '(hint: an empty cpuset.cpus or cgroup.max.descendants is the cause, not the disk)',
      cgroup,
      'ENOSPC',
      'mkdir',
    ],
    [
      'cannot create cgroup "/sys/fs/cgroup/pids/limpid": EAGAIN, cgroup.max.descendants or cgroup.max.depth of a parent is reached',
      cgroup,
      'EAGAIN',
      'mkdir',
    ],
    [
      'cannot write "4096" to "/sys/fs/cgroup/memory/limpid/c/memory.limit_in_bytes": EBUSY, more memory than that is in use, ' +
        'for --memory 4k (hint: raise the limit)',
      limit,
      'EBUSY',
      'write',
    ],
    [
      'cannot create a process in pid, network namespaces: ENOSPC, too many namespaces ' +
        '(hint: raise the sysctls user.max_pid_namespaces, user.max_net_namespaces; the disk is not the cause)',
      clone,
      'ENOSPC',
      'clone3',
    ],
    [
      'cannot create a process in pid, network namespaces: EAGAIN, a pids limit, RLIMIT_NPROC or kernel.threads-max is reached',
      clone,
      'EAGAIN',
      'clone3',
    ],
    [
      'cannot create a process in pid, network namespaces: EPERM, operation not permitted (hint: this needs root: run it with sudo)',
      clone,
      'EPERM',
      'clone3',
    ],
    [
      'cannot bind "/nowhere" at "/data": ENOENT, the source "/nowhere" does not exist (hint: create it first)',
      bind,
      'ENOENT',
      'open_tree',
    ],
    ['cannot bind "/nowhere" at "/data": ENOENT, the place to bind it at does not exist', bind, 'ENOENT', 'openat2'],
    [
      'cannot bind "/nowhere" at "/data": EINVAL, the file system there cannot map ids (hint: ext4, xfs and btrfs can, ' +
        'tmpfs from Linux 6.3 on: choose a --root or an image there, or leave --userns out)',
      { ...bind, idMap: SLOT.idMaps } as Op,
      'EINVAL',
      'mount_setattr',
    ],
    [
      'cannot create a user namespace to map the ids of mounts by: EINVAL, the mappings overlap, are empty or are more than 340',
      { ...host, op: 'user_namespace', slot: SLOT.idMaps, uidMap: '', gidMap: '' },
      'EINVAL',
      'write',
    ],
    [
      'cannot create a user namespace to map the ids of mounts by: ENOSPC, too many namespaces ' +
        '(hint: raise the sysctl user.max_user_namespaces; the disk is not the cause)',
      { ...host, op: 'user_namespace', slot: SLOT.idMaps, uidMap: '', gidMap: '' },
      'ENOSPC',
      'clone3',
    ],
    [
      'cannot create a process in pid, network namespaces: EINVAL, the user namespace to be born in cannot be entered',
      { ...clone, user: 14 } as Op,
      'EINVAL',
      'setns',
    ],
    [
      `cannot run "nosuch": ENOENT, not found in the container's PATH (hint: check the spelling, or give a path)`,
      exec('nosuch'),
      'ENOENT',
      'execve',
    ],
    [
      'cannot run "/bin/x": ENOENT, no such file or directory ' +
        '(hint: if the file is there, its interpreter (the #! line, or the dynamic loader) is not)',
      exec('/bin/x'),
      'ENOENT',
      'execve',
    ],
    [
      'cannot run "/bin/x": ENOEXEC, it is for another architecture, or a script without a #! line',
      exec('/bin/x'),
      'ENOEXEC',
      'execve',
    ],
    [
      'cannot run "/etc": EACCES, it is not executable, a directory, or on a noexec mount (hint: `chmod +x` it)',
      exec('/etc'),
      'EACCES',
      'execve',
    ],
    [
      'cannot change to working directory "/x": ENOENT, it does not exist in the container, for --workdir /x ' +
        '(hint: create it, or choose another with --workdir)',
      workdir,
      'ENOENT',
      'chdir',
    ],
    ['cannot mount "proc" at "/proc": EBUSY, device or resource busy', mountProc, 'EBUSY', 'mount'],
  ])('%s', (text, op, errno, call) => {
    expect(message(op, errno, call)).toBe(text);
  });
});

test('exit codes are podman’s: 127 not found, 126 cannot be invoked, 125 ours', () => {
  const exitCode = (op: Op, errno: keyof typeof ERRNO) => explainFailure([op], 0, ERRNO[errno], '').exitCode;
  expect(exitCode(exec('x'), 'ENOENT')).toBe(127);
  expect(exitCode(exec('x'), 'EACCES')).toBe(126);
  expect(exitCode(exec('x'), 'ENOEXEC')).toBe(126);
  expect(exitCode(workdir, 'ENOENT')).toBe(126);
  expect(exitCode(mountProc, 'ENOENT')).toBe(125);
});

test('the parts name the call, and the operation where no call is known', () => {
  expect(explainFailure([mountProc], 0, ERRNO.EPERM, 'openat2').op).toBe('openat2');
  expect(explainFailure([mountProc], 0, ERRNO.EPERM, '').op).toBe('mount');
});

test('an operation that the plan does not have', () => {
  expect(new LimpidError(explainFailure([], 3, ERRNO.EINVAL, 'read')).message).toBe(
    "cannot carry out the plan: EINVAL, invalid argument in read, outside of the plan's 0 operations",
  );
});

test('a path below a host directory is named in full, one below the root as the container sees it', () => {
  const open: Op = { ...host, op: 'open', slot: SLOT.cgroup, at: NONE, path: '/sys/fs/cgroup/c', flags: 0, mode: 0 };
  const write: Op = { ...host, op: 'write', at: SLOT.cgroup, path: 'pids.max', flags: 1, data: bytes('x') };
  expect(explainFailure([open, write], 1, ERRNO.EINVAL, 'write').subject).toBe('"x" to "/sys/fs/cgroup/c/pids.max"');
  expect(describeOp(mountProc)).toBe('mount "proc" at "/proc"');
});
