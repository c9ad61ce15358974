import { LimpidError } from '../base/error.ts';
import { launchPlan, type Outcome } from '../kernel/executor.ts';
import { closeDescriptor } from '../kernel/descriptors.ts';
import { reapChild } from '../kernel/process.ts';
import type { Op, Plan } from '../plan/ops.ts';
import type { RuntimeWorld } from './runtime-world.ts';

/**
 * Carries a plan out and waits until its executor has ended; `meanwhile` is done while it is at work. Throws the failed
 * operation's error.
 */
export async function runPlan(
  world: RuntimeWorld,
  plan: Plan,
  slots: ReadonlyMap<number, number> = new Map(),
  meanwhile: () => void = () => {},
): Promise<Outcome> {
  const executor = await world.executor();
  const { outcome, controlFd, monitorPid } = launchPlan({ plan, executor, slots, meanwhile });
  closeDescriptor(controlFd);
  reapChild(monitorPid);
  if (outcome.kind === 'failed') throw await failureOf(plan, outcome.index, outcome.errno, outcome.call);
  return outcome;
}

export async function failureOf(ops: readonly Op[], index: number, errno: number, call: string): Promise<LimpidError> {
  const { explainFailure } = await import('../plan/describe/explain-failure.ts');
  return new LimpidError({ ...explainFailure(ops, index, errno, call), exitCode: 1 });
}
