import type { Process, RuntimeSpec } from '../spec/runtime.ts';
import { createCgroups, removeCgroup, removeCgroups } from './cgroup/index.ts';
import { type CgroupLayout, cgroupLayout } from './cgroup/layout.ts';
import type { PlaceContext } from './context.ts';
import type { HostFacts } from './facts.ts';
import { hooksInHost, hooksInside, type HookState, startHooks } from './hooks.ts';
import { buildInside } from './inside.ts';
import { cloneMappedMounts } from './mapped-mounts.ts';
import { parseMounts } from './parse-mounts.ts';
import { enterBeforeClone, returnAfterClone } from './namespaces.ts';
import type { Op, Plan } from './ops.ts';
import { findProgram } from './exec.ts';
import { becomeProcess, seccompFilter } from './process.ts';
import { launchRequest } from './request.ts';
import { mountOutside, umountOutside } from './rootfs.ts';
import { cloneChild, openGate, settleChild } from './settle.ts';
import { placeMemory } from './scheduling.ts';
import { CALLER_SLOT, closeOpenSlots, NONE } from './slots.ts';
import { specError } from './spec-error.ts';
import { passDescriptors, passStreams, sendTerminal } from './streams.ts';
import { hostOwner } from './supervision.ts';
import { maySetGroups, openToMapping } from './user-namespace.ts';

/** What a runtime's caller asked for beside the bundle. */
export interface CreateContext extends PlaceContext {
  /** Where pid and start time of the process are recorded. */
  readonly processRecord: string;
  /** The caller's descriptors from 3 on that the container gets. */
  readonly preservedFds: number;
  readonly newKeyring: boolean;
  /** The process goes on to its program, and waits for nobody who starts it. */
  readonly startsAtOnce: boolean;
  readonly hookState: HookState;
  /** What goes to a listener of seccomp, in parts around the pid. */
  readonly listenerState: readonly string[];
}

/**
 * The creation of a container that nobody supervises: everything up to the start gate, where its process waits while
 * the executor ends. Slots of `CALLER_SLOT` are inherited. Throws as `planLaunch` does.
 */
export function planCreate(spec: RuntimeSpec, context: CreateContext, facts: HostFacts): Plan {
  const request = launchRequest(spec, context, facts);
  const { because } = request;
  const process = processOf(spec);
  const cgroups = cgroupLayout(request);
  const seccomp = seccompFilter(spec.linux?.seccomp, context.seccompProgram, context.listenerState);
  const settling = [...settleChild(request), recordProcess(context.processRecord)];
  const mounts = parseMounts(request);
  const untilInside = [
    ...passStreams(process, hostOwner(spec), because),
    ...createCgroups(cgroups, request),
    ...mountOutside(request),
    ...cloneMappedMounts(mounts),
    ...enterBeforeClone(request),
    ...openToMapping(request),
    cloneChild(request, cgroups, settling),
    ...returnAfterClone(request),
    ...settling,
    ...(context.resctrl?.join ?? []),
    ...(context.netDevices?.host ?? []),
    ...openGate(settling),
    ...hooksInHost(spec, context.hookState, because),
    ...buildInside(process, request, { mounts, cgroups, gated: true }, hooksInside(spec, context.hookState, because)),
  ];
  return [
    ...untilInside,
    ...closeOpenSlots(untilInside, inheritedSlots(process, spec)),
    ...placeMemory(spec.linux ?? {}, because),
    ...becomeProcess(process, seccomp, because, context.newKeyring ? `_ses.${context.id}` : undefined, {
      beforeFilter: [findProgram(process), ...(context.startsAtOnce ? [] : [awaitStart()])],
      keepsGroups: !maySetGroups(facts, spec.linux),
      beforeExec: [...startHooks(spec, context.hookState, because), ...passDescriptors(context.preservedFds)],
    }),
    ...sendTerminal(process),
    {
      op: 'detach',
      stage: 'host',
      because: 'a runtime sets up, and supervises nothing',
      waiting: !context.startsAtOnce,
    },
    ...umountOutside(request),
    ...removeCgroups(ownPart(cgroups, context), request.namespaces.created.has('pid')),
    ...(context.resctrl?.own ?? []).map(removeCgroup),
  ];
}

/** Directories that were there before are not ours to remove, nor is who lives in them ours to kill. */
function ownPart(layout: CgroupLayout, { sharedCgroup }: CreateContext): CgroupLayout {
  const existing = sharedCgroup?.existing ?? [];
  if (existing.length === 0) return layout;
  const { unified, ...rest } = layout;
  const v1 = layout.v1.filter(({ path }) => !existing.includes(path));
  return unified === undefined || existing.includes(unified.path) ? { ...rest, v1 } : { ...rest, v1, unified };
}

function processOf({ process }: RuntimeSpec): Process {
  if (process === undefined) throw specError('process', 'is missing');
  return process;
}

/** While the child waits at its gate, whoever reads the runtime's own output must see its end. */
function inheritedSlots({ terminal }: Process, { hooks }: RuntimeSpec): number[] {
  const { stdin, stdout, stderr, console } = CALLER_SLOT;
  if (terminal) return [console];
  return hooks?.startContainer?.length ? [stdin, stdout] : [stdin, stdout, stderr];
}

/** Host stage, before the gate opens: from then on `state` and `delete` know the process, whoever is killed. */
export function recordProcess(path: string): Op {
  const because = 'the process is known by pid and start time';
  return { op: 'record_start', stage: 'host', because, at: NONE, path, prefix: 'process' };
}

function awaitStart(): Op {
  return { op: 'start_gate', stage: 'init', because: 'runtime-spec, Start', socket: CALLER_SLOT.gate };
}
