import type { Op, Plan } from '../../plan/ops.ts';
import type { PreparedNetworks } from '../networks/prepare.ts';
import type { ContainerPaths } from '../records/paths.ts';
import type { FreshPart } from './pieces.ts';

/** Files in /etc that follow from addresses. */
export const NETWORK_FILES = ['hosts', 'resolv.conf'] as const;

/** Which operations of a plan follow from addresses. */
export function freshOps(
  plan: Plan,
  { plan: network }: PreparedNetworks,
  { runtime }: ContainerPaths,
): Map<Op, FreshPart> {
  const fresh = new Map<Op, FreshPart>();
  for (const part of ['host', 'child', 'cleanup'] as const) for (const op of network[part]) fresh.set(op, part);
  const paths = NETWORK_FILES.map((name) => `${runtime}/${name}`);
  for (const op of plan) if (op.op === 'write' && paths.includes(op.path)) fresh.set(op, 'etc');
  // One that is not in the plan as it was given: then nothing of it can be told apart.
  const all = new Set(plan);
  return [...fresh.keys()].every((op) => all.has(op)) ? fresh : new Map();
}
