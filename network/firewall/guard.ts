import { encodeBatch } from '../../abi/nftables/batch.ts';
import { deleteTable, newTable } from '../../abi/nftables/ruleset.ts';
import { NETLINK_NETFILTER, openNetlink, tellNetlink } from '../../kernel/netlink.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { networkElements } from './network-elements.ts';
import { placeElements } from './place-elements.ts';
import { replaceRules } from './rules.ts';
import { createParts, type TableParts } from './table.ts';

/** What of our table closes something. */
const CLOSING: TableParts = {
  sets: ['bridges', 'within', 'internal', 'isolated', 'strict'],
  chains: ['forward', 'input'],
};

/**
 * Keeps closed what our table closes, in a second one that belongs to this process: `nft flush ruleset` passes over such
 * tables, and the kernel takes it away with the process. It opens nothing, and publishes nothing.
 */
export class Guard {
  readonly #table: string;
  #fd = -1;
  #held: Uint8Array | undefined;

  /** `table`: that of the world. */
  constructor(table: string) {
    this.#table = `${table}-guard`;
  }

  /** Guards these networks and no others. A kernel that does not know how (before 5.13) is asked again next time. */
  hold(networks: readonly NetworkConfig[]): void {
    const batch = guardBatch(this.#table, networks);
    if (this.#held !== undefined && Buffer.compare(batch, this.#held) === 0) return;
    if (this.#fd < 0) this.#fd = openNetlink(NETLINK_NETFILTER);
    if (this.#fd >= 0 && tellNetlink(this.#fd, batch) === 0) this.#held = batch;
  }
}

/** One transaction that makes the table anew: there is no moment without it. */
function guardBatch(table: string, networks: readonly NetworkConfig[]): Uint8Array {
  const elements = networks.flatMap(networkElements).filter(({ set }) => CLOSING.sets.includes(set));
  const mine = newTable(table, { owned: true });
  return encodeBatch([
    ...[mine, deleteTable(table), mine],
    ...createParts(table, CLOSING),
    ...replaceRules(table, CLOSING.chains),
    ...placeElements(table, elements),
  ]);
}
