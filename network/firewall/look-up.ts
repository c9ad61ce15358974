import {
  decodeElementDetails,
  rulesetRequest,
  type ElementDetails,
  type FamilyName,
} from '../../abi/nftables/decode.ts';
import type { LookUp } from '../../abi/nftables/evaluate.ts';
import { askNetlink, NETLINK_NETFILTER } from '../../kernel/netlink.ts';

/** Asks the kernel for the sets that rules look into, each once. */
export function lookUpInKernel(): (family: string, table: string) => LookUp {
  const read = new Map<string, readonly ElementDetails[]>();
  return (family, table) => (set, key) => {
    const name = `${family} ${table} ${set}`;
    const elements = read.get(name) ?? readSet(family as FamilyName, table, set);
    read.set(name, elements);
    return find(elements, key);
  };
}

function readSet(family: FamilyName, table: string, set: string): readonly ElementDetails[] {
  const { messages = [] } = askNetlink(NETLINK_NETFILTER, rulesetRequest('elements', { family, table, set }));
  return messages.flatMap(decodeElementDetails);
}

/** `key` holds what is known of it, from its beginning. */
function find(elements: readonly ElementDetails[], key: Uint8Array): ReturnType<LookUp> {
  if (elements.some(({ end, endsRange }) => end !== undefined || endsRange)) return findInRanges(elements, key);
  for (const { key: one, verdict } of elements) {
    if (one.length > key.length) return undefined;
    if (one.every((byte, at) => byte === key[at]))
      return verdict === undefined ? { found: true } : { found: true, verdict };
  }
  return { found: false };
}

/** Ranges with their ends as elements of their own; those of several fields are not read. */
function findInRanges(elements: readonly ElementDetails[], key: Uint8Array): ReturnType<LookUp> {
  if (elements.some(({ end }) => end !== undefined)) return undefined;
  let nearest: ElementDetails | undefined;
  for (const element of elements) {
    if (element.key.length > key.length) return undefined;
    if (order(element.key, key) > 0) continue;
    const later = nearest === undefined ? 1 : order(element.key, nearest.key);
    if (later > 0 || (later === 0 && !element.endsRange)) nearest = element;
  }
  if (nearest === undefined || nearest.endsRange) return { found: false };
  return nearest.verdict === undefined ? { found: true } : { found: true, verdict: nearest.verdict };
}

function order(one: Uint8Array, other: Uint8Array): number {
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return one[at]! - other[at]!;
  return 0;
}
