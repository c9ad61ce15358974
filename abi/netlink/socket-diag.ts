import type { IpAddress } from '../ip/address.ts';
import { encodeMessages, NLM_F_DUMP, NLM_F_REQUEST } from './message.ts';

const SOCK_DIAG_BY_FAMILY = 20;
const AF_INET = 2;
/** TCP_BOUND_INACTIVE of Linux 6.8: has a port of its own, and neither listens nor is connected. */
const BOUND_INACTIVE = 1 << 13;
/** struct inet_diag_req_v2, and where things are in struct inet_diag_msg (linux/inet_diag.h). */
const REQUEST_BYTES = 56;
const PORT_AT = 4;
const SOURCE_AT = 8;
const INODE_AT = 68;

/** Asks for the sockets of a family that are bound and no more, which /proc/net does not list. */
export function boundSocketsRequest(family: number, protocol: number): Uint8Array {
  const payload = new Uint8Array(REQUEST_BYTES);
  payload[0] = family;
  payload[1] = protocol;
  new DataView(payload.buffer).setUint32(4, BOUND_INACTIVE, true);
  const flags = NLM_F_REQUEST | NLM_F_DUMP;
  return encodeMessages([{ type: SOCK_DIAG_BY_FAMILY, flags, sequence: 1, port: 0, payload }]);
}

export interface BoundSocket {
  readonly address: IpAddress;
  readonly port: number;
  readonly inode: string;
}

/** `undefined` for what is shorter than such an answer. */
export function decodeBoundSocket(payload: Uint8Array): BoundSocket | undefined {
  if (payload.length < INODE_AT + 4) return undefined;
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const length = payload[0] === AF_INET ? 4 : 16;
  return {
    address: payload.slice(SOURCE_AT, SOURCE_AT + length),
    port: view.getUint16(PORT_AT),
    inode: String(view.getUint32(INODE_AT, true)),
  };
}
