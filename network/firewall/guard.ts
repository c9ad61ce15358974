import { encodeBatch } from '../../abi/nftables/batch.ts';
import { deleteTable, newTable } from '../../abi/nftables/ruleset.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { networkElements } from './network-elements.ts';
import { placeElements } from './place-elements.ts';
import { replaceRules } from './rules.ts';
import { createParts, internalChains, type ChainName, type SetName } from './table.ts';

/** What of our table closes something. */
const CLOSING: readonly SetName[] = ['bridges', 'within', 'internal', 'isolated', 'strict'];

/**
 * One transaction that makes the table of a world's guard (native/guard.c) anew: what our own one closes, and nothing that
 * opens or publishes. It belongs to the socket that sends it; there is no moment without it.
 */
export function guardBatch(worldTable: string, networks: readonly NetworkConfig[]): Uint8Array {
  const table = `${worldTable}-guard`;
  const chains: ChainName[] = ['forward', ...internalChains(networks)];
  const elements = networks.flatMap(networkElements).filter(({ set }) => CLOSING.includes(set));
  const mine = newTable(table, { owned: true });
  return encodeBatch([
    ...[mine, deleteTable(table), mine],
    ...createParts(table, { sets: CLOSING, chains }),
    ...replaceRules(table, chains),
    ...placeElements(table, elements),
  ]);
}
