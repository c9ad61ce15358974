import { CLONE_FLAG, CLONE_INTO_CGROUP } from '../abi/flags/clone.ts';
import { O_DIRECTORY, openFlagsOn } from '../abi/flags/open.ts';
import type { NamespaceType, Process } from '../spec/runtime.ts';
import { joinV1, openUnified } from './cgroup/index.ts';
import type { Supervision } from './context.ts';
import type { HostFacts } from './facts.ts';
import { openOwnRoot } from './inside.ts';
import { becomeRoot } from './user-namespace.ts';
import type { Op, Plan } from './ops.ts';
import { becomeProcess, labelExec, type SeccompFilter } from './process.ts';
import { becauseOf, type Because } from './request.ts';
import { awaitGate, openGate, setOomScore } from './settle.ts';
import { closeOpenSlots, NONE, SLOT } from './slots.ts';
import {
  removePaths,
  startAfterwards,
  declareStdio,
  declareSupervision,
  openTerminal,
  recordStart,
  supervise,
} from './supervision.ts';

/** The container that is entered. Its pidfd is inherited in `SLOT.target`, so that no other process can take its place. */
export interface EnterTarget {
  /** Namespaces of it that are not the caller's. */
  readonly namespaces: readonly NamespaceType[];
  /** Its directories on the host: in the unified hierarchy, and in those of v1. */
  readonly cgroup: { readonly unified?: string; readonly v1: readonly string[] };
}

export interface EnterContext {
  /** Names the session keyring: the container's id. */
  readonly id: string;
  readonly target: EnterTarget;
  readonly because: Readonly<Record<string, string>>;
  /** Owner of the pipes, as the host counts; the process's user unless there is a user namespace. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly stdin: boolean;
  /** What more the monitor does than to serve the connection that it was started with. */
  readonly supervision?: Supervision;
  readonly removeAfterwards?: readonly string[];
  readonly afterwards?: { readonly path: string; readonly argv: readonly string[] };
  readonly seccomp?: SeccompFilter;
}

/** A further process in a running container: into its cgroups and namespaces, then as with a launch. */
export function planEnter(process: Process, context: EnterContext, facts: HostFacts): Plan {
  const because = becauseOf(context.because);
  const { target } = context;
  const directory = openFlagsOn(facts.arch, O_DIRECTORY);
  const settling = [
    ...setOomScore(process, because),
    ...(context.supervision === undefined ? [] : [recordStart(context.supervision)]),
  ];
  const untilInside = [
    ...declare(process, context, because),
    ...(target.cgroup.unified === undefined ? [] : [openUnified(target.cgroup.unified, directory)]),
    ...joinPid(target),
    cloneInto(target, settling),
    ...settling,
    ...openGate(settling),
    ...joinV1(target.cgroup.v1),
    { op: 'setsid', stage: 'child', because: 'no signal of the caller reaches the process by its session' } as const,
    ...labelExec(process, because),
    ...(settling.length > 0 ? [awaitGate('until the host has recorded it')] : []),
    ...joinOthers(target),
    ...(target.namespaces.includes('user') ? becomeRoot('init') : []),
    ...(process.terminal ? [openOwnRoot(directory)] : []),
    ...openTerminal(process, false, because),
  ];
  return [
    ...untilInside,
    ...closeOpenSlots(untilInside),
    ...becomeProcess(process, context.seccomp, because, `_ses.${context.id}`),
    supervise(),
    ...removePaths(context.removeAfterwards ?? []),
    ...startAfterwards(context.afterwards),
  ];
}

function declare(process: Process, { supervision, stdin, owner }: EnterContext, because: Because): Op[] {
  const owned = owner ?? { uid: process.user?.uid ?? 0, gid: process.user?.gid ?? 0 };
  if (supervision !== undefined) return declareSupervision(supervision, process, owned, because);
  return [declareStdio(stdin, process, owned, because)];
}

/** setns(2): a pid namespace is entered only by children. */
export function joinPid({ namespaces }: EnterTarget): Op[] {
  if (!namespaces.includes('pid')) return [];
  return [{ op: 'setns', stage: 'host', because: 'exec: its pid namespace', slot: SLOT.target, flags: CLONE_FLAG.pid }];
}

/** Without rights over the host: those over a pid namespace come with the user namespace, in the same call. */
export function joinAsUser({ namespaces }: EnterTarget): Op[] {
  const types = namespaces.filter((type) => type === 'pid' || type === 'user');
  if (types.length === 0) return [];
  const flags = flagsOf(types);
  const because = `exec: its ${types.join(' and ')} namespaces`;
  return [{ op: 'setns', stage: 'host', because, slot: SLOT.target, flags }];
}

export function withoutUser(target: EnterTarget): EnterTarget {
  return { ...target, namespaces: target.namespaces.filter((type) => type !== 'user') };
}

/** All in one call, in which the kernel finds the order that the rights allow. */
export function joinOthers({ namespaces }: EnterTarget): Op[] {
  const others = namespaces.filter((type) => type !== 'pid');
  if (others.length === 0) return [];
  const flags = flagsOf(others);
  return [
    { op: 'setns', stage: 'child', because: `exec: its ${others.join(', ')} namespaces`, slot: SLOT.target, flags },
  ];
}

function flagsOf(types: readonly NamespaceType[]): number {
  let flags = 0;
  for (const type of types) flags |= CLONE_FLAG[type];
  return flags;
}

export function cloneInto({ cgroup }: EnterTarget, settling: readonly Op[]): Op {
  const into = cgroup.unified !== undefined;
  return {
    op: 'clone',
    stage: 'host',
    because: 'exec: a process of its own',
    flags: into ? CLONE_INTO_CGROUP : 0n,
    cgroup: into ? SLOT.cgroup : NONE,
    pidfd: SLOT.pidfd,
    proc: settling.some((op) => 'at' in op && op.at === SLOT.proc) ? SLOT.proc : NONE,
    user: NONE,
  };
}
