import { encodeAttributes } from './attribute.ts';
import { encodeMessages, NLM_F_ACK, NLM_F_CREATE, NLM_F_REPLACE, NLM_F_REQUEST } from './message.ts';

export const RTM_NEWNEIGH = 28;
const AF_BRIDGE = 7;
const NTF_MASTER = 0x04;
const NUD_NOARP = 0x40;
const NDA_LLADDR = 2;
const NDMSG = 12;

/** Where struct ndmsg has the index of the interface. */
export const NEIGHBOUR_INDEX_AT = 16 + 4;

/**
 * Tells a bridge that a MAC address is now behind this port, whose index is to be filled in, which
 * may be down still: what it knew of an earlier port no longer counts.
 */
export function learnMacMessage(mac: Uint8Array): Uint8Array {
  const encoded = encodeAttributes([{ type: NDA_LLADDR, value: mac }]);
  const payload = new Uint8Array(NDMSG + encoded.length);
  const view = new DataView(payload.buffer);
  payload[0] = AF_BRIDGE;
  // EPERM where it is said to be learned: until the veth's other end is up, the port learns nothing.
  view.setUint16(8, NUD_NOARP, true);
  payload[10] = NTF_MASTER;
  payload.set(encoded, NDMSG);
  const flags = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE;
  return encodeMessages([{ type: RTM_NEWNEIGH, flags, sequence: 1, port: 0, payload }]);
}
