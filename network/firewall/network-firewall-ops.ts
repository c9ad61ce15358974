import type { NetworkConfig } from '../../spec/network.ts';
import type { Op } from '../../plan/ops.ts';
import { firewallOp } from './firewall-op.ts';
import { networkElements } from './network-elements.ts';
import { placeElements } from './place-elements.ts';
import { replaceRules } from './rules.ts';
import { createParts, internalChains } from './table.ts';

/**
 * Host stage: this network's part of our table. For each start, as it costs little and notices what is gone: it fails
 * with ENOENT where the table is, which `ensureFirewallOps` mends.
 */
export function networkFirewallOps(table: string, network: NetworkConfig): Op[] {
  const chains = internalChains([network]);
  const parts = [...createParts(table, { sets: [], chains }), ...replaceRules(table, chains)];
  return firewallOp([...parts, ...placeElements(table, networkElements(network))], `network ${network.name}`);
}
