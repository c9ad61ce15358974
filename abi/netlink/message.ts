import { netlinkAlign } from './attribute.ts';

/** One netlink message: struct nlmsghdr and what follows it. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  readonly sequence: number;
  /** 0 in requests: the kernel fills in whom it answers. */
  readonly port: number;
  readonly payload: Uint8Array;
}

export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
export const NLM_F_REQUEST = 0x1;
export const NLM_F_ACK = 0x4;
export const NLM_F_DUMP = 0x300;
export const NLM_F_EXCL = 0x200;
export const NLM_F_REPLACE = 0x100;
export const NLM_F_CREATE = 0x400;
export const NLM_F_APPEND = 0x800;

const HEADER = 16;

/** Encodes messages one behind the other, each padded to 4 bytes. */
export function encodeMessages(messages: readonly NetlinkMessage[]): Uint8Array {
  let length = 0;
  for (const { payload } of messages) length += netlinkAlign(HEADER + payload.length);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { type, flags, sequence, port, payload } of messages) {
    view.setUint32(at, HEADER + payload.length, true);
    view.setUint16(at + 4, type, true);
    view.setUint16(at + 6, flags, true);
    view.setUint32(at + 8, sequence, true);
    view.setUint32(at + 12, port, true);
    bytes.set(payload, at + HEADER);
    at += netlinkAlign(HEADER + payload.length);
  }
  return bytes;
}

/** Decodes what one recv(2) of a netlink socket gave. Throws RangeError where lengths do not fit. */
export function decodeMessages(bytes: Uint8Array): NetlinkMessage[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.length - at < HEADER ? 0 : view.getUint32(at, true);
    if (length < HEADER || at + length > bytes.length) throw new RangeError(`no netlink message at byte ${at}`);
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      sequence: view.getUint32(at + 8, true),
      port: view.getUint32(at + 12, true),
      payload: bytes.slice(at + HEADER, at + length),
    });
    at += netlinkAlign(length);
  }
  return messages;
}

/** The errno in an NLMSG_ERROR message, 0 for an acknowledgement. Undefined for any other message. */
export function netlinkErrno({ type, payload }: NetlinkMessage): number | undefined {
  if (type !== NLMSG_ERROR || payload.length < 4) return undefined;
  return -new DataView(payload.buffer, payload.byteOffset).getInt32(0, true) || 0;
}
