/** Plans in words and as a script, for the faces. */
export type { Plan } from '../plan/ops.ts';
export { describePlan } from '../plan/describe.ts';
export { scriptPlan } from '../plan/script.ts';
