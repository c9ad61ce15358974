import { encodeAttributes, stringAttribute } from '../../abi/netlink/attribute.ts';
import { encodeMessages, NLM_F_ACK, NLM_F_REQUEST } from '../../abi/netlink/message.ts';
import type { Op } from '../../plan/ops.ts';
import { netlinkKnows, NETLINK_NETFILTER } from '../../kernel/netlink.ts';

const NFT_MSG_GETTABLE = 10 * 256 + 1;
const NFTA_TABLE_NAME = 1;
const NFPROTO_INET = 1;

/** Whether our nftables table is there: one short question, for each start. Whoever flushes the ruleset takes all of it. */
export function firewallTableExists(name: string): boolean {
  return netlinkKnows(NETLINK_NETFILTER, firewallTableRequest(name));
}

/**
 * Host stage: fails with ENOENT where our table is gone. For a kept plan nobody else looks: closing a socket of netfilter may take
 * its time, which the monitor has, and the command that a user waits for has not (decision 19).
 */
export function firewallTableOp(name: string): Op {
  const message = firewallTableRequest(name, NLM_F_ACK);
  const because = 'no container without a firewall';
  return { op: 'netlink', stage: 'host', because, protocol: NETLINK_NETFILTER, message };
}

/** The question, as a message to netfilter. */
function firewallTableRequest(name: string, flags = 0): Uint8Array {
  const attributes = encodeAttributes([stringAttribute(NFTA_TABLE_NAME, name)]);
  const payload = new Uint8Array(4 + attributes.length);
  payload[0] = NFPROTO_INET;
  payload.set(attributes, 4);
  return encodeMessages([{ type: NFT_MSG_GETTABLE, flags: NLM_F_REQUEST | flags, sequence: 1, port: 0, payload }]);
}
