import type { NetworkConfig } from '../../spec/network.ts';
import type { Op } from '../../plan/ops.ts';
import { firewallOp } from './firewall-op.ts';
import { networkElements } from './network-elements.ts';
import { placeElements } from './place-elements.ts';

/**
 * Host stage: this network's part of our table. For each start, as it costs little and notices what is gone: it fails
 * with ENOENT where the table is, which `ensureFirewallOps` mends.
 */
export function networkFirewallOps(table: string, network: NetworkConfig): Op[] {
  return firewallOp(placeElements(table, networkElements(network)), `network ${network.name}`);
}
