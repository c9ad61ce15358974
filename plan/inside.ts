import { O_CLOEXEC, O_DIRECTORY, O_PATH, openFlagsOn } from '../abi/flags/open.ts';
import type { Process } from '../spec/runtime.ts';
import { joinV1 } from './cgroup/index.ts';
import type { CgroupLayout } from './cgroup/layout.ts';
import { makeConsole, makeDevices } from './devices.ts';
import { bringLoopbackUp, nameHost } from './identity.ts';
import { hidePaths, mountAll, openSources, sealMounts } from './mounts.ts';
import type { ParsedMount } from './parse-mounts.ts';
import { joinInChild, joinMountNamespace, joinUserNamespace, unshareCgroup } from './namespaces.ts';
import { becomeMappedRoot, closeToOthers } from './user-namespace.ts';
import type { Op } from './ops.ts';
import { labelExec } from './process.ts';
import type { LaunchRequest } from './request.ts';
import { enterRoot, pivotRoot, sealRoot } from './rootfs.ts';
import { awaitGate } from './settle.ts';
import { NONE, SLOT } from './slots.ts';
import { openTerminal } from './supervision.ts';
import { writeSysctls } from './sysctls.ts';
import { MountTargets } from './targets.ts';

/** What was decided before the clone. */
export interface Outside {
  readonly mounts: readonly ParsedMount[];
  readonly cgroups: CgroupLayout;
  readonly gated: boolean;
}

/** Child stage: from the clone to a finished root. `beforePivot` finds all mounts made, and the host still in sight. */
export function buildInside(
  process: Process,
  request: LaunchRequest,
  outside: Outside,
  beforePivot: readonly Op[] = [],
): Op[] {
  const { namespaces, because, context } = request;
  return [
    ...joinV1(outside.cgroups.v1.map(({ path }) => path)),
    { op: 'setsid', stage: 'child', because: 'no signal of the caller reaches the container by its session' },
    ...joinInChild(request),
    ...(context.netDevices?.child ?? []),
    ...bringLoopbackUp(request),
    ...nameHost(request),
    ...labelExec(process, because),
    ...(namespaces.joined.has('mount')
      ? enterJoinedRoot(process, request, outside.gated, beforePivot)
      : makeRoot(process, request, outside, beforePivot)),
    ...joinUserNamespace(request),
  ];
}

/**
 * The gate is met as late as it may be: while the host still writes, the child mounts. Only a child in a new user
 * namespace waits first: before its ids are mapped, it has no right to pass a directory that belongs to one of them.
 */
function makeRoot(
  process: Process,
  request: LaunchRequest,
  { mounts, cgroups, gated }: Outside,
  beforePivot: readonly Op[],
): Op[] {
  const targets = new MountTargets();
  const mappedFirst = request.namespaces.created.has('user');
  return [
    ...(gated && mappedFirst ? [awaitGate('until the ids are mapped')] : []),
    ...closeToOthers(request),
    ...enterRoot(request),
    ...openSources(mounts, request),
    ...becomeMappedRoot(request),
    ...writeSysctls(request),
    ...mountAll(mounts, targets, request, cgroups),
    ...(request.context.makeWorkdir ? makeWorkdir(process, targets, request.because('process.cwd')) : []),
    ...makeDevices(mounts, targets, request),
    ...(process.terminal ? [...makeConsole(targets), ...openTerminal(process, true, request.because)] : []),
    ...hidePaths(request.spec, request),
    ...sealMounts(mounts),
    ...sealRoot(request),
    ...(gated && !mappedFirst ? [awaitGate('until the host has recorded it')] : []),
    ...beforePivot,
    ...writeSysctls(request, { interfaces: true }),
    ...unshareCgroup(request),
    ...pivotRoot(request),
  ];
}

/** As podman and Docker do for the one that an image names. */
function makeWorkdir({ cwd: path, user }: Process, targets: MountTargets, because: string): Op[] {
  const { uid, gid } = user ?? { uid: 0, gid: 0 };
  const own: Op = { op: 'chown', stage: 'child', because, at: SLOT.root, path, uid, gid };
  return [...targets.directory(path, because), own];
}

/** A joined mount namespace brings its root along: nothing is mounted, nothing pivoted. */
function enterJoinedRoot(process: Process, request: LaunchRequest, gated: boolean, beforePivot: readonly Op[]): Op[] {
  return [
    ...(gated ? [awaitGate('until the host has recorded it')] : []),
    ...beforePivot,
    ...unshareCgroup(request),
    ...writeSysctls(request),
    ...writeSysctls(request, { interfaces: true }),
    ...joinMountNamespace(request),
    ...(process.terminal ? [openOwnRoot(openFlagsOn(request.facts.arch, O_DIRECTORY))] : []),
    ...openTerminal(process, false, request.because),
  ];
}

/** Init stage: the root directory of the mount namespace that was entered. */
export function openOwnRoot(directoryFlag: number): Op {
  const because = 'the terminal is one of the container';
  const flags = O_PATH | directoryFlag | O_CLOEXEC;
  return { op: 'open', stage: 'init', because, slot: SLOT.root, at: NONE, path: '/', flags, mode: 0 };
}
