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
  const bytes = new Uint8Array(encodedLength(attributes));
  writeAttributes(attributes, bytes, 0);
  return bytes;
}

function encodedLength(attributes: readonly NetlinkAttribute[]): number {
  let length = 0;
  for (const { value } of attributes) {
    const payload = value instanceof Uint8Array ? value.length : encodedLength(value);
    length += netlinkAlign(HEADER + payload);
  }
  return length;
}

/** Answers where the next one begins. */
function writeAttributes(attributes: readonly NetlinkAttribute[], bytes: Uint8Array, from: number): number {
  let at = from;
  for (const { type, value } of attributes) {
    const isBytes = value instanceof Uint8Array;
    const end = isBytes ? at + HEADER + value.length : writeAttributes(value, bytes, at + HEADER);
    if (isBytes) bytes.set(value, at + HEADER);
    const length = end - at;
    if (length > 0xffff) throw new RangeError(`netlink attribute ${type} has ${length} bytes`);
    const marked = isBytes ? type : type | NLA_F_NESTED;
    bytes[at] = length & 255;
    bytes[at + 1] = length >> 8;
    bytes[at + 2] = marked & 255;
    bytes[at + 3] = marked >> 8;
    at = netlinkAlign(end);
  }
  return at;
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
