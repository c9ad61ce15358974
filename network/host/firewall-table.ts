import { encodeAttributes, stringAttribute } from '../../abi/netlink/attribute.ts';
import { encodeMessages, NLM_F_REQUEST } from '../../abi/netlink/message.ts';
import { netlinkKnows, NETLINK_NETFILTER } from '../../kernel/netlink.ts';

const NFT_MSG_GETTABLE = 10 * 256 + 1;
const NFTA_TABLE_NAME = 1;
const NFPROTO_INET = 1;

/** Whether our nftables table is there: one short question, for each start. Whoever flushes the ruleset takes all of it. */
export function firewallTableExists(name: string): boolean {
  return netlinkKnows(NETLINK_NETFILTER, firewallTableRequest(name));
}

/** The question, as a message to netfilter. */
export function firewallTableRequest(name: string): Uint8Array {
  const attributes = encodeAttributes([stringAttribute(NFTA_TABLE_NAME, name)]);
  const payload = new Uint8Array(4 + attributes.length);
  payload[0] = NFPROTO_INET;
  payload.set(attributes, 4);
  return encodeMessages([{ type: NFT_MSG_GETTABLE, flags: NLM_F_REQUEST, sequence: 1, port: 0, payload }]);
}
