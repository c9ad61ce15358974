import {
  decodeChain,
  decodeElements,
  decodeGeneration,
  decodeRule,
  decodeTable,
  elementRequest,
  rulesetRequest,
  type ChainInfo,
  type ElementInfo,
  type RuleInfo,
} from '../../abi/nftables/decode.ts';
import type { NetlinkMessage } from '../../abi/netlink/message.ts';
import { askNetlink, NETLINK_NETFILTER } from '../../kernel/netlink.ts';
import type { SetName } from './table.ts';

/** The firewall of the network namespace that we are in, ours and everybody's. */
export interface Ruleset {
  readonly chains: readonly ChainInfo[];
  readonly rules: readonly RuleInfo[];
}

export function readRuleset(): Ruleset {
  return {
    chains: ask(rulesetRequest('chains')).map(decodeChain),
    rules: ask(rulesetRequest('rules')).map(decodeRule),
  };
}

/** What a set of a table of ours holds; nothing where the table is gone. */
export function readElements(table: string, set: SetName): ElementInfo[] {
  return ask(rulesetRequest('elements', { family: 'inet', table, set })).flatMap(decodeElements);
}

/** The tables of every world on this host. */
export function readOwnTables(): string[] {
  return ask(rulesetRequest('tables', { family: 'inet' }))
    .map(decodeTable)
    .filter(isOwnTable);
}

/** Whether a table is that of a world of ours. */
export function isOwnTable(name: string): boolean {
  return name === 'limpid' || name.startsWith('limpid-');
}

/** What a set has at this key. */
export function readElement(table: string, set: SetName, key: Uint8Array): ElementInfo | undefined {
  return ask(elementRequest(table, set, key)).flatMap(decodeElements)[0];
}

/** The number of the ruleset as it is, for `restoreOps`. */
export function readGeneration(): number | undefined {
  const [message] = ask(rulesetRequest('generation'));
  return message === undefined ? undefined : decodeGeneration(message);
}

function ask(request: Uint8Array): readonly NetlinkMessage[] {
  return askNetlink(NETLINK_NETFILTER, request).messages ?? [];
}
