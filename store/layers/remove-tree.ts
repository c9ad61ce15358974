import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/file-status.ts';
import { startPlan } from '../../kernel/plan-process.ts';
import { explainFailure } from '../../plan/describe/explain-failure.ts';
import type { Plan } from '../../plan/ops.ts';
import type { StorePlace } from '../place.ts';

/** Removes a directory with all below it, never through a link, while others go on. None there: nothing to do. */
export async function removeTree(place: Pick<StorePlace, 'executor'>, path: string, because: string): Promise<void> {
  if (statPath(path, { followLinks: false }) === undefined) return;
  const plan: Plan = [{ op: 'remove', stage: 'host', because, at: -1, path }];
  const outcome = await startPlan(plan, await place.executor).outcome;
  if (outcome?.kind === 'failed')
    throw new LimpidError(explainFailure(plan, outcome.index, outcome.errno, outcome.call));
}
