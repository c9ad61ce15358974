import {
  decodeChain,
  decodeElements,
  decodeGeneration,
  decodeRule,
  elementRequest,
  rulesetRequest,
  type ChainInfo,
  type ElementInfo,
  type RuleInfo,
} from '../../abi/nftables/decode.ts';
import type { NetlinkMessage } from '../../abi/netlink/message.ts';
import { askNetlink, NETLINK_NETFILTER } from '../../kernel/netlink.ts';
import { TABLE, type SetName } from './table.ts';

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

/** What one of our sets holds; nothing where the table is gone. */
export function readElements(set: SetName): ElementInfo[] {
  return ask(rulesetRequest('elements', { family: 'inet', table: TABLE, set })).flatMap(decodeElements);
}

/** Whether a set has this key. */
export function hasElement(set: SetName, key: Uint8Array): boolean {
  return ask(elementRequest(TABLE, set, key)).length > 0;
}

/** The number of the ruleset as it is, for `restoreOps`. */
export function readGeneration(): number | undefined {
  const [message] = ask(rulesetRequest('generation'));
  return message === undefined ? undefined : decodeGeneration(message);
}

function ask(request: Uint8Array): readonly NetlinkMessage[] {
  return askNetlink(NETLINK_NETFILTER, request).messages ?? [];
}
