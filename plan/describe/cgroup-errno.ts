import type { Correction, Failure } from './correction.ts';
import { resolvePath } from './slots.ts';

/** "a" in devices.allow and devices.deny is for a cgroup without children: devcgroup_update_access. */
export function correctDevices({ op, errno }: Failure): Correction | undefined {
  if (op.op !== 'write' || errno !== 'EINVAL' || !/\/devices\.(?:allow|deny)$/.test(op.path)) return undefined;
  if (op.data[0] !== 'a'.charCodeAt(0)) return undefined;
  return {
    why: 'it has cgroups below it, and everything may be used in it: v1 changes that no more',
    hint: 'give the container a cgroup of its own',
  };
}

export function isCgroup({ op, slots }: Failure): boolean {
  if (!('path' in op) || !('at' in op)) return false;
  return resolvePath(slots, op.at, op.path)?.startsWith('/sys/fs/cgroup/') ?? false;
}

export function correctCgroupMkdir(errno: string): Correction | undefined {
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

export function correctCgroupJoin(errno: string): Correction | undefined {
  if (errno === 'ENOSPC')
    return { why: 'the cpuset has no CPUs or no memory nodes', hint: 'see --cpuset-cpus and --cpuset-mems' };
  if (errno === 'EBUSY')
    return { why: 'the cgroup has controllers enabled for its children, so it can hold no process' };
  if (errno === 'EAGAIN') return { why: 'the pids limit of a parent cgroup is reached' };
  return undefined;
}

export function correctCgroupWrite(file: string, errno: string): Correction | undefined {
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
