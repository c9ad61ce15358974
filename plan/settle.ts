import { O_WRONLY } from '../abi/flags/open.ts';
import type { Process } from '../spec/runtime.ts';
import type { CgroupLayout } from './cgroup/layout.ts';
import { birthplace, cloneFlags, cloneReason } from './namespaces.ts';
import { mapIds } from './user-namespace.ts';
import type { Op } from './ops.ts';
import type { Because, LaunchRequest } from './request.ts';
import { NONE, SLOT } from './slots.ts';

/** The one gate: the child waits there until the host has done to it what only the host can. */
const GATE = 0;

export function cloneChild(request: LaunchRequest, { unified }: CgroupLayout, settling: readonly Op[]): Op {
  return {
    op: 'clone',
    stage: 'host',
    because: cloneReason(request),
    flags: cloneFlags(request.namespaces, unified !== undefined),
    cgroup: unified === undefined ? NONE : SLOT.cgroup,
    pidfd: SLOT.pidfd,
    proc: settling.some((op) => 'at' in op && op.at === SLOT.proc) ? SLOT.proc : NONE,
    user: birthplace(request.namespaces),
  };
}

/** Host stage, behind the clone: id maps and the OOM score of the child. */
export function settleChild(request: LaunchRequest): Op[] {
  return [...mapIds(request), ...setOomScore(request.spec.process, request.because)];
}

export function openGate(settling: readonly Op[]): Op[] {
  if (settling.length === 0) return [];
  return [{ op: 'release', stage: 'host', because: 'the child may go on', gate: GATE }];
}

export function awaitGate(because: string): Op {
  return { op: 'await', stage: 'child', because, gate: GATE };
}

/** By the host, as lowering it needs CAP_SYS_RESOURCE over the host. */
export function setOomScore(process: Process | undefined, because: Because): Op[] {
  const score = process?.oomScoreAdj;
  if (score === undefined) return [];
  const data = new TextEncoder().encode(String(score));
  return [
    {
      op: 'write',
      stage: 'host',
      because: because('process.oomScoreAdj'),
      at: SLOT.proc,
      path: 'oom_score_adj',
      flags: O_WRONLY,
      data,
    },
  ];
}
