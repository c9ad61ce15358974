import { encodeAttributes, type NetlinkAttribute } from '../netlink/attribute.ts';
import { encodeMessages, NLM_F_ACK, NLM_F_CREATE, NLM_F_REQUEST, type NetlinkMessage } from '../netlink/message.ts';
import { bytes32 } from './attributes.ts';

export const NFNL_SUBSYS_NFTABLES = 10;
export const NFPROTO_INET = 1;
const NFPROTO_UNSPEC = 0;
const NFNL_MSG_BATCH_BEGIN = 0x10;
const NFNL_MSG_BATCH_END = 0x11;
const NFNL_BATCH_GENID = 1;

/** enum nf_tables_msg_types, those that change something. */
export const NFT_MSG = {
  newTable: 0,
  delTable: 2,
  newChain: 3,
  newRule: 6,
  delRule: 8,
  newSet: 9,
  newSetElem: 12,
  delSetElem: 14,
} as const;

/** One change of the ruleset; nothing but a batch of them is ever sent. */
export interface Change {
  readonly message: keyof typeof NFT_MSG;
  /** NLM_F_* beside REQUEST. */
  readonly flags: number;
  readonly attributes: readonly NetlinkAttribute[];
}

/** A change that makes something, or finds it as it should be. */
export function creation(message: Change['message'], attributes: readonly NetlinkAttribute[], flags = 0): Change {
  return { message, flags: NLM_F_CREATE | flags, attributes };
}

export function removal(message: Change['message'], attributes: readonly NetlinkAttribute[]): Change {
  return { message, flags: 0, attributes };
}

/**
 * One transaction (protocol NETLINK_NETFILTER): all of it happens, or nothing. With `generation` it is refused
 * (ERESTART) where the ruleset has changed since that one. The last change asks for the acknowledgement; a refused
 * change answers without being asked, and before it.
 */
export function encodeBatch(changes: readonly Change[], generation?: number): Uint8Array {
  const messages: NetlinkMessage[] = [batchMark(NFNL_MSG_BATCH_BEGIN, 0, generation)];
  for (const { message, flags, attributes } of changes) {
    const last = messages.length === changes.length;
    messages.push({
      type: (NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG[message],
      flags: NLM_F_REQUEST | flags | (last ? NLM_F_ACK : 0),
      sequence: messages.length,
      port: 0,
      payload: nfPayload(NFPROTO_INET, 0, attributes),
    });
  }
  messages.push(batchMark(NFNL_MSG_BATCH_END, messages.length));
  return encodeMessages(messages);
}

function batchMark(type: number, sequence: number, generation?: number): NetlinkMessage {
  const attributes = generation === undefined ? [] : [{ type: NFNL_BATCH_GENID, value: bytes32(generation) }];
  const payload = nfPayload(NFPROTO_UNSPEC, NFNL_SUBSYS_NFTABLES, attributes);
  return { type, flags: NLM_F_REQUEST, sequence, port: 0, payload };
}

/** struct nfgenmsg and the attributes behind it. */
export function nfPayload(family: number, resource: number, attributes: readonly NetlinkAttribute[]): Uint8Array {
  const encoded = encodeAttributes(attributes);
  const bytes = new Uint8Array(4 + encoded.length);
  bytes[0] = family;
  new DataView(bytes.buffer).setUint16(2, resource);
  bytes.set(encoded, 4);
  return bytes;
}
