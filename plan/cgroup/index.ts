import { concatMap } from '../../base/concat-map.ts';
import { compileDeviceFilter } from '../../abi/device-filter/compile.ts';
import { O_CLOEXEC, O_DIRECTORY, O_RDONLY, O_WRONLY, openFlagsOn } from '../../abi/flags/open.ts';
import type { Op } from '../ops.ts';
import type { Because, LaunchRequest } from '../request.ts';
import { NONE, SLOT } from '../slots.ts';
import { ruleText } from './device-rules.ts';
import type { CgroupDirectory, CgroupLayout } from './layout.ts';
import { v1DeviceRules } from './v1-device-rules.ts';
import { deviceTransition } from './v1-device-transition.ts';

/** Processes that the kernel is still taking down keep a cgroup busy for a moment. */
const BUSY_MS = 2000;

/** Host stage: the directories, their limits, and what is held of them. */
export function createCgroups(layout: CgroupLayout, request: LaunchRequest): Op[] {
  const { facts, context } = request;
  const { v1, unified } = layout;
  return [
    ...concatMap(v1, (directory) => createV1(directory, layout, request)),
    ...(unified ? createUnified(unified, layout, openFlagsOn(facts.arch, O_DIRECTORY), request) : []),
    ...deviceRuleOps(layout, request),
    // Of a container that nobody supervises nobody tells how it ended.
    ...(context.sharedCgroup === undefined ? openOomCounter(layout) : []),
  ];
}

/**
 * Child stage, before all else: v1 has no CLONE_INTO_CGROUP. The child moves itself, as a thread: for "0" in `tasks`
 * the kernel takes no global lock, while a pid in `cgroup.procs` waits for an RCU grace period, up to 15 ms
 * (kernel/cgroup/cgroup.c, cgroup_procs_write_start).
 */
export function joinV1(paths: readonly string[]): Op[] {
  const because = 'the container is in its cgroup before anything of it runs';
  return paths.map((path) => ({ ...write(`${path}/tasks`, '0', because), stage: 'child' }));
}

/** Host stage: the directory of the unified hierarchy, for the clone. */
export function openUnified(path: string, directoryFlag: number): Op {
  const because = 'the child is born in its cgroup';
  const flags = O_RDONLY | directoryFlag | O_CLOEXEC;
  return { op: 'open', stage: 'host', because, slot: SLOT.cgroup, at: NONE, path, flags, mode: 0 };
}

/** Clean-up stage. With a pid namespace of its own nothing outlives PID 1; else what is left must be told to go. */
export function removeCgroups({ v1, unified }: CgroupLayout, ownPidNamespace: boolean): Op[] {
  const paths = [...v1, ...(unified ? [unified] : [])].map(({ path }) => path);
  const kill = ownPidNamespace ? [] : unified ? [killCgroup(unified.path)] : killOnV1(v1);
  return [...kill, ...paths.reverse().map(removeCgroup)];
}

/**
 * Where there is no cgroup.kill, one process after the other, in the hierarchy that freezes: SIGKILL
 * does not reach the frozen.
 */
export function killOnV1(directories: readonly Pick<CgroupDirectory, 'path' | 'controllers'>[]): Op[] {
  const freezer = directories.find(({ controllers }) => controllers.includes('freezer'));
  const path = (freezer ?? directories[0])?.path;
  if (path === undefined) return [];
  const thaw = write(`${path}/freezer.state`, 'THAWED', BECAUSE_LEFT);
  const kill: Op = { op: 'kill_cgroup', stage: 'cleanup', because: BECAUSE_LEFT, at: NONE, path, busyMs: BUSY_MS };
  return [...(freezer === undefined ? [] : [{ ...thaw, stage: 'cleanup' } as const]), kill];
}

const BECAUSE_LEFT = 'its processes do not end with PID 1 of a namespace';

export function killCgroup(path: string): Op {
  return {
    op: 'write',
    stage: 'cleanup',
    because: BECAUSE_LEFT,
    at: NONE,
    path: `${path}/cgroup.kill`,
    flags: O_WRONLY,
    data: bytes('1'),
  };
}

export function removeCgroup(path: string): Op {
  return { op: 'remove_cgroup', stage: 'cleanup', because: 'the container is gone', at: NONE, path, busyMs: BUSY_MS };
}

function createV1(
  directory: CgroupDirectory,
  layout: CgroupLayout,
  { facts, context: { sharedCgroup }, because }: LaunchRequest,
): Op[] {
  const { mountPoint, path, controllers, limits } = directory;
  const { cpus, mems } = facts.cgroup;
  const parents = parentPaths(mountPoint, layout.name);
  const ops: Op[] = [];
  for (const parent of parents) {
    ops.push(makeDirectory(parent, true));
    // A new cpuset is empty, and so is all below it, until both files are written.
    if (controllers.includes('cpuset') && !sharedCgroup?.filledCpusets.includes(parent)) {
      const reason = 'a cpuset below needs its parents filled: as much as the root has';
      ops.push(write(`${parent}/cpuset.cpus`, cpus, reason), write(`${parent}/cpuset.mems`, mems, reason));
    }
  }
  ops.push(makeDirectory(path, sharedCgroup?.exists ?? false));
  if (controllers.includes('cpuset') && !limits.some(({ controller }) => controller === 'cpuset')) {
    const reason = 'its hierarchy is shared with cpuset, which takes no process while empty';
    ops.push(write(`${path}/cpuset.cpus`, cpus, reason), write(`${path}/cpuset.mems`, mems, reason));
  }
  return [...ops, ...limitOps(directory, because)];
}

function createUnified(
  directory: CgroupDirectory,
  layout: CgroupLayout,
  directoryFlag: number,
  { context: { sharedCgroup }, because }: LaunchRequest,
): Op[] {
  const { mountPoint, path, controllers } = directory;
  const parents = parentPaths(mountPoint, layout.name);
  const enable = controllers.map((controller) => `+${controller}`).join(' ');
  const reason = 'cgroup v2 hands controllers down level by level, to limit and to count';
  const enableBelow = (parent: string): Op[] =>
    enable === '' ? [] : [write(`${parent}/cgroup.subtree_control`, enable, reason)];
  return [
    ...enableBelow(mountPoint),
    ...concatMap(parents, (parent) => [makeDirectory(parent, true), ...enableBelow(parent)]),
    makeDirectory(path, sharedCgroup?.exists ?? false),
    ...limitOps(directory, because),
    openUnified(path, directoryFlag),
  ];
}

/** Host stage: hands further controllers down to a directory that is there. Those that it has already stay. */
export function enableControllers(mountPoint: string, name: string, controllers: readonly string[]): Op[] {
  if (controllers.length === 0) return [];
  const words = controllers.map((controller) => `+${controller}`).join(' ');
  const reason = 'cgroup v2 hands controllers down level by level';
  return [mountPoint, ...parentPaths(mountPoint, name)].map((path) =>
    write(`${path}/cgroup.subtree_control`, words, reason),
  );
}

function limitOps({ path, limits }: CgroupDirectory, because: Because): Op[] {
  return limits.map(({ file, value, field }) => write(`${path}/${file}`, value, because(`linux.resources.${field}`)));
}

function deviceRuleOps({ v1, deviceRules, deviceControl }: CgroupLayout, { context, because }: LaunchRequest): Op[] {
  if (deviceRules === undefined) return [];
  const reason = because('linux.resources.devices', 'devices are denied but for the harmless ones');
  if (deviceControl === 'ebpf') {
    const program = compileDeviceFilter(deviceRules);
    return [{ op: 'device_filter', stage: 'host', because: reason, cgroup: SLOT.cgroup, program }];
  }
  const directory = v1.find(({ controllers }) => controllers.includes('devices'));
  if (directory === undefined) return [];
  const file = (allow: boolean) => `${directory.path}/devices.${allow ? 'allow' : 'deny'}`;
  const present = context.sharedCgroup?.devices;
  const lines = present === undefined ? undefined : deviceTransition(present, v1DeviceRules(deviceRules));
  if (lines !== undefined) return lines.map(({ allow, text }) => write(file(allow), text, reason));
  return [
    write(file(false), 'a', reason),
    ...v1DeviceRules(deviceRules).map((rule) => write(file(rule.allow), ruleText(rule), reason)),
  ];
}

/** Its `oom_kill` line is right on both versions, where the v1 notification does not always fire. */
function openOomCounter({ v1, unified }: CgroupLayout): Op[] {
  const path = oomCounterPath(v1, unified);
  if (path === undefined) return [];
  const because = 'an OOM kill is told as such';
  return [
    { op: 'open', stage: 'host', because, slot: SLOT.oom, at: NONE, path, flags: O_RDONLY | O_CLOEXEC, mode: 0 },
    { op: 'oom_counter', stage: 'host', because, slot: SLOT.oom },
  ];
}

function oomCounterPath(v1: readonly CgroupDirectory[], unified: CgroupDirectory | undefined): string | undefined {
  const memory = v1.find(({ controllers }) => controllers.includes('memory'));
  if (memory !== undefined) return `${memory.path}/memory.oom_control`;
  return unified?.controllers.includes('memory') ? `${unified.path}/memory.events` : undefined;
}

/** Every directory between the root of the hierarchy and the container's own, neither included. */
function parentPaths(mountPoint: string, name: string): string[] {
  const names = name.split('/').slice(1, -1);
  return names.map((_, index) => [mountPoint, ...names.slice(0, index + 1)].join('/'));
}

function makeDirectory(path: string, existOk: boolean): Op {
  const because = existOk ? 'containers are found below it' : 'what the kernel counts and limits of this container';
  return { op: 'mkdir', stage: 'host', because, at: NONE, path, mode: 0o755, existOk };
}

function write(path: string, value: string, because: string): Op {
  return { op: 'write', stage: 'host', because, at: NONE, path, flags: O_WRONLY, data: bytes(value) };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
