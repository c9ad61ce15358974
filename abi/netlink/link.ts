import { decodeAttributes, encodeAttributes, type NetlinkAttribute } from './attribute.ts';
import { encodeMessages, NLM_F_ACK, NLM_F_REQUEST } from './message.ts';

export const RTM_NEWLINK = 16;
export const IFF_UP = 0x1;
/** Every network namespace is born with `lo`, and it is always the first interface. */
export const LOOPBACK_INDEX = 1;

/** struct ifinfomsg and its attributes (IFLA_* by number). */
export interface LinkMessage {
  readonly family: number;
  readonly deviceType: number;
  readonly index: number;
  readonly flags: number;
  /** Which of `flags` count. */
  readonly change: number;
  readonly attributes: readonly NetlinkAttribute[];
}

const IFINFOMSG = 16;

/** Encodes the payload of RTM_NEWLINK, RTM_DELLINK, RTM_GETLINK and RTM_SETLINK. */
export function encodeLink(link: LinkMessage): Uint8Array {
  const attributes = encodeAttributes(link.attributes);
  const bytes = new Uint8Array(IFINFOMSG + attributes.length);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, link.family);
  view.setUint16(2, link.deviceType, true);
  view.setInt32(4, link.index, true);
  view.setUint32(8, link.flags, true);
  view.setUint32(12, link.change, true);
  bytes.set(attributes, IFINFOMSG);
  return bytes;
}

/** Decodes such a payload. Throws RangeError where it is too short. */
export function decodeLink(payload: Uint8Array): LinkMessage {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  return {
    family: view.getUint8(0),
    deviceType: view.getUint16(2, true),
    index: view.getInt32(4, true),
    flags: view.getUint32(8, true),
    change: view.getUint32(12, true),
    attributes: decodeAttributes(payload.subarray(IFINFOMSG)),
  };
}

/** The NETLINK_ROUTE request that brings an interface up, `lo` unless said, and asks for an answer. */
export function linkUpMessage(index: number = LOOPBACK_INDEX): Uint8Array {
  const payload = encodeLink({ family: 0, deviceType: 0, index, flags: IFF_UP, change: IFF_UP, attributes: [] });
  return encodeMessages([{ type: RTM_NEWLINK, flags: NLM_F_REQUEST | NLM_F_ACK, sequence: 1, port: 0, payload }]);
}
