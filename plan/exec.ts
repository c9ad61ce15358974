import { O_DIRECTORY, openFlagsOn } from '../abi/flags/open.ts';
import type { Linux, Process } from '../spec/runtime.ts';
import { joinV1, openUnified } from './cgroup/index.ts';
import { cloneInto, type EnterTarget, joinAsUser, joinOthers, joinPid, withoutUser } from './enter.ts';
import type { HostFacts } from './facts.ts';
import { openOwnRoot } from './inside.ts';
import type { Op, Plan } from './ops.ts';
import { becomeProcess, execCandidates, labelExec, type SeccompFilter } from './process.ts';
import { becauseOf } from './request.ts';
import { placeMemory, setAffinity } from './scheduling.ts';
import { awaitGate, openGate, setOomScore } from './settle.ts';
import { CALLER_SLOT, closeOpenSlots } from './slots.ts';
import { passDescriptors, passStreams, sendTerminal } from './streams.ts';
import { openTerminal } from './supervision.ts';
import { becomeRoot, maySetGroups } from './user-namespace.ts';

/** What a runtime's caller asked for beside the process itself. */
export interface ExecContext {
  /** Names the session keyring: the container's id. */
  readonly id: string;
  readonly target: EnterTarget;
  /** The container's user as the host counts. */
  readonly owner: { readonly uid: number; readonly gid: number };
  readonly preservedFds: number;
  readonly seccomp?: SeccompFilter;
  readonly linux: Linux;
}

/** A further process in a running container, which nobody supervises; it runs when the executor ends. */
export function planExec(process: Process, context: ExecContext, facts: HostFacts): Plan {
  const because = becauseOf({});
  const { target } = context;
  const directory = openFlagsOn(facts.arch, O_DIRECTORY);
  const settling = setOomScore(process, because);
  const { initial, final } = process.execCPUAffinity ?? {};
  const untilInside: Op[] = [
    ...passStreams(process, context.owner, because),
    ...(target.cgroup.unified === undefined ? [] : [openUnified(target.cgroup.unified, directory)]),
    ...setAffinity(initial, 'host', 'process.execCPUAffinity.initial', because),
    ...(facts.uid === 0 ? joinPid(target) : joinAsUser(target)),
    cloneInto(target, settling),
    ...settling,
    ...openGate(settling),
    ...joinV1(target.cgroup.v1),
    { op: 'setsid', stage: 'child', because: 'no signal of the caller reaches the process by its session' },
    ...labelExec(process, because),
    ...(settling.length > 0 ? [awaitGate('until the host has written its score')] : []),
    ...joinOthers(facts.uid === 0 ? target : withoutUser(target)),
    ...(target.namespaces.includes('user') ? becomeRoot('init') : []),
    ...(process.terminal ? [openOwnRoot(directory)] : []),
    ...openTerminal(process, false, because),
  ];
  return [
    ...untilInside,
    ...closeOpenSlots(untilInside, process.terminal ? [CALLER_SLOT.console] : []),
    ...placeMemory(personalityOf(context.linux), because),
    ...becomeProcess(process, context.seccomp, because, `_ses.${context.id}`, {
      keepsGroups: !maySetGroups(facts, context.linux),
      beforeFilter: [findProgram(process)],
      beforeExec: [
        ...setAffinity(final, 'init', 'process.execCPUAffinity.final', because),
        ...passDescriptors(context.preservedFds),
      ],
    }),
    ...sendTerminal(process),
    { op: 'detach', stage: 'host', because: 'a runtime sets up, and supervises nothing', waiting: false },
  ];
}

function personalityOf({ personality }: Linux): Linux {
  return personality === undefined ? {} : { personality };
}

export function findProgram(process: Process): Op {
  const because = 'a missing program is told before anything is waited for';
  return {
    op: 'find_program',
    stage: 'init',
    because,
    name: process.args?.[0] ?? '',
    candidates: execCandidates(process),
  };
}
