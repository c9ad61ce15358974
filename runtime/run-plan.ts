import { LimpidError } from '../base/error.ts';
import { launchPlan, type Outcome } from '../kernel/executor.ts';
import { closeDescriptor } from '../kernel/descriptors.ts';
import { reapChild } from '../kernel/process.ts';
import { explainFailure } from '../plan/describe.ts';
import type { Op, Plan } from '../plan/ops.ts';
import type { RuntimeWorld } from './runtime-world.ts';

/** Carries a plan out and waits until its executor has ended. Throws the failed operation's error. */
export async function runPlan(
  world: RuntimeWorld,
  plan: Plan,
  slots: ReadonlyMap<number, number> = new Map(),
): Promise<Outcome> {
  const { outcome, controlFd, monitorPid } = launchPlan({ plan, executor: await world.executor(), slots });
  closeDescriptor(controlFd);
  reapChild(monitorPid);
  if (outcome.kind === 'failed') throw failureOf(plan, outcome.index, outcome.errno, outcome.call);
  return outcome;
}

export function failureOf(ops: readonly Op[], index: number, errno: number, call: string): LimpidError {
  return new LimpidError({ ...explainFailure(ops, index, errno, call), exitCode: 1 });
}
