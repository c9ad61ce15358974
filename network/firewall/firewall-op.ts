import { encodeBatch, type Change } from '../../abi/nftables/batch.ts';
import type { Op, Stage } from '../../plan/ops.ts';

const NETLINK_NETFILTER = 12;

interface BatchOptions {
  readonly stage?: Stage;
  /** Refused with ERESTART where the ruleset is not this one any more. */
  readonly generation?: number;
}

/** One transaction as an operation; none where there is nothing to change. */
export function firewallOp(
  changes: readonly Change[],
  because: string,
  { stage = 'host', generation }: BatchOptions = {},
): Op[] {
  if (changes.length === 0) return [];
  return [{ op: 'netlink', stage, because, protocol: NETLINK_NETFILTER, message: encodeBatch(changes, generation) }];
}
