import { encodeAttributes } from './attribute.ts';
import { encodeMessages, NLM_F_ACK, NLM_F_REQUEST } from './message.ts';

const NFNL_SUBSYS_CTNETLINK = 1;
const IPCTNL_MSG_CT_DELETE = 2;
const CTA_TUPLE_ORIG = 1;
const CTA_FILTER = 25;
const CTA_TUPLE_PROTO = 2;
const CTA_PROTO_NUM = 1;
const CTA_PROTO_DST_PORT = 3;
const CTA_FILTER_ORIG_FLAGS = 1;
/** Bits of CTA_FILTER_ORIG_FLAGS: which fields of the tuple are compared (net/netfilter/nf_conntrack_netlink.c). */
const COMPARE_PROTOCOL = 1 << 3;
const COMPARE_DESTINATION_PORT = 1 << 5;
const FAMILIES = { 4: 2, 6: 10 } as const;

/**
 * Forgets every connection that was first sent to this port, for protocol NETLINK_NETFILTER. Linux 6.11 and later; earlier ones
 * answer EOPNOTSUPP.
 */
export function forgetConnectionsMessage(family: 4 | 6, protocol: number, port: number): Uint8Array {
  const proto = [
    { type: CTA_PROTO_NUM, value: Uint8Array.of(protocol) },
    { type: CTA_PROTO_DST_PORT, value: Uint8Array.of(port >> 8, port & 255) },
  ];
  const compared = new Uint8Array(Uint32Array.of(COMPARE_PROTOCOL | COMPARE_DESTINATION_PORT).buffer);
  const attributes = encodeAttributes([
    { type: CTA_TUPLE_ORIG, value: [{ type: CTA_TUPLE_PROTO, value: proto }] },
    { type: CTA_FILTER, value: [{ type: CTA_FILTER_ORIG_FLAGS, value: compared }] },
  ]);
  const payload = new Uint8Array(4 + attributes.length);
  payload[0] = FAMILIES[family];
  payload.set(attributes, 4);
  const type = (NFNL_SUBSYS_CTNETLINK << 8) | IPCTNL_MSG_CT_DELETE;
  return encodeMessages([{ type, flags: NLM_F_REQUEST | NLM_F_ACK, sequence: 1, port: 0, payload }]);
}
