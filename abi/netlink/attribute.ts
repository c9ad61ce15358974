/** One attribute (struct nlattr): a type, and either bytes or further attributes (NLA_F_NESTED). */
export interface NetlinkAttribute {
  readonly type: number;
  readonly value: Uint8Array | readonly NetlinkAttribute[];
}

const HEADER = 4;
const NLA_F_NESTED = 0x8000;
/** NLA_F_NESTED and NLA_F_NET_BYTEORDER are flags within the type. */
const TYPE_MASK = 0x3fff;

/** Rounds up to the 4 bytes that messages and attributes are aligned to. */
export function netlinkAlign(length: number): number {
  return (length + 3) & ~3;
}

/** Encodes attributes one behind the other, each padded to 4 bytes. Throws RangeError beyond 65535 bytes each. */
export function encodeAttributes(attributes: readonly NetlinkAttribute[]): Uint8Array {
  const parts = attributes.map(encodeAttribute);
  let length = 0;
  for (const part of parts) length += netlinkAlign(part.length);
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += netlinkAlign(part.length);
  }
  return bytes;
}

function encodeAttribute({ type, value }: NetlinkAttribute): Uint8Array {
  const nested = !(value instanceof Uint8Array);
  const payload = nested ? encodeAttributes(value) : value;
  const length = HEADER + payload.length;
  if (length > 0xffff) throw new RangeError(`netlink attribute ${type} has ${length} bytes`);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, length, true);
  view.setUint16(2, nested ? type | NLA_F_NESTED : type, true);
  bytes.set(payload, HEADER);
  return bytes;
}

/**
 * Decodes attributes. Those without NLA_F_NESTED come as bytes, since older kernels nest without saying so:
 * decode those again. Throws RangeError where lengths do not fit.
 */
export function decodeAttributes(bytes: Uint8Array): NetlinkAttribute[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const attributes: NetlinkAttribute[] = [];
  for (let at = 0; at < bytes.length;) {
    const length = bytes.length - at < HEADER ? 0 : view.getUint16(at, true);
    if (length < HEADER || at + length > bytes.length) throw new RangeError(`no netlink attribute at byte ${at}`);
    const type = view.getUint16(at + 2, true);
    const payload = bytes.slice(at + HEADER, at + length);
    attributes.push({
      type: type & TYPE_MASK,
      value: (type & NLA_F_NESTED) === 0 ? payload : decodeAttributes(payload),
    });
    at += netlinkAlign(length);
  }
  return attributes;
}

/** An attribute that holds a 32-bit number. */
export function u32Attribute(type: number, value: number): NetlinkAttribute {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return { type, value: bytes };
}

/** An attribute that holds a string, ended by a NUL as the kernel wants names. */
export function stringAttribute(type: number, value: string): NetlinkAttribute {
  return { type, value: new TextEncoder().encode(`${value}\0`) };
}
