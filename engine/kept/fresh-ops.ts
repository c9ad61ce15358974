import type { Op, Plan } from '../../plan/ops.ts';
import type { PreparedNetworks } from '../networks/prepare.ts';
import type { ContainerPaths } from '../records/paths.ts';

/** Files in /etc that follow from addresses. */
const NETWORK_FILES = ['hosts', 'resolv.conf'] as const;

/** Which operations of a plan follow from addresses; none where one of the networks' is not in the plan as it was given. */
export function freshOps(plan: Plan, { plan: network }: PreparedNetworks, { runtime }: ContainerPaths): Set<Op> {
  const all = new Set(plan);
  const fresh = [...network.host, ...network.child, ...network.cleanup];
  if (!fresh.every((op) => all.has(op))) return new Set();
  const paths = NETWORK_FILES.map((name) => `${runtime}/${name}`);
  return new Set([...fresh, ...plan.filter((op) => op.op === 'write' && paths.includes(op.path))]);
}
