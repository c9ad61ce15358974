import type { Change } from '../../abi/nftables/batch.ts';
import { deleteTable, newTable } from '../../abi/nftables/ruleset.ts';
import type { Op } from '../../plan/ops.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { portElements } from '../ports/port-elements.ts';
import type { FirewallIntent } from './intent.ts';
import { firewallOp } from './firewall-op.ts';
import { networkElements, type PlacedElement } from './network-elements.ts';
import { placeElements, takeElements } from './place-elements.ts';
import { replaceRules } from './rules.ts';
import { createParts, wholeTable } from './table.ts';

/**
 * Host stage, in one transaction: the table, its rules, and whatever of the intent is missing. It takes nothing away,
 * so it is safe beside other starts.
 */
export function ensureFirewallOps(intent: FirewallIntent): Op[] {
  return firewallOp(ensure(intent), 'the firewall table of limpid');
}

/**
 * Host stage, in one transaction: exactly the intent and nothing else. What somebody began after the intent was read
 * would be lost, so `generation` is that of the ruleset from before it was read; ERESTART tells to read again.
 */
export function restoreOps(intent: FirewallIntent, generation?: number): Op[] {
  const { table } = intent;
  const changes = [newTable(table), deleteTable(table), ...ensure(intent)];
  return firewallOp(changes, 'the firewall table of limpid, anew', generation === undefined ? {} : { generation });
}

/** Host stage: without this network; what stays is made whole by the way. */
export function networkRemovalOps(network: NetworkConfig, staying: FirewallIntent): Op[] {
  const taken = takeElements(staying.table, networkElements(network));
  return firewallOp([...ensure(staying), ...taken], `network ${network.name} is gone`);
}

/** Host stage: nothing of ours. */
export function removeFirewallOps(table: string): Op[] {
  return firewallOp([newTable(table), deleteTable(table)], 'the last network is gone');
}

function ensure({ table, networks, published }: FirewallIntent): Change[] {
  const elements: PlacedElement[] = [];
  for (const network of networks) elements.push(...networkElements(network));
  for (const { endpoint, ports } of published) elements.push(...portElements(endpoint, ports));
  const whole = wholeTable(networks);
  const parts = [...createParts(table, whole), ...replaceRules(table, whole.chains)];
  return [newTable(table), ...parts, ...placeElements(table, elements)];
}
