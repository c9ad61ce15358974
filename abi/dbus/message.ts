/** D-Bus messages on the wire, as far as a caller of methods needs them (D-Bus Specification 0.42, Message Protocol). */

/** A value with its type's signature: `['t', 1n]`, `['as', ['a']]`. A variant is a value itself. */
export type DbusValue = readonly [signature: string, value: unknown];

const LITTLE_ENDIAN = 0x6c;
const METHOD_CALL = 1;
const PROTOCOL = 1;
const FIELD = { path: 1, interface: 2, member: 3, errorName: 4, destination: 6, signature: 8 } as const;
const ALIGNMENT: Readonly<Record<string, number>> = {
  y: 1,
  g: 1,
  v: 1,
  s: 4,
  o: 4,
  u: 4,
  i: 4,
  b: 4,
  a: 4,
  x: 8,
  t: 8,
  '(': 8,
};

export interface DbusCall {
  readonly serial: number;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** Not on a connection that leads to one peer alone. */
  readonly destination?: string;
  readonly args: readonly DbusValue[];
}

export function encodeCall({ serial, path, interface: face, member, destination, args }: DbusCall): Uint8Array {
  const body = new Writer();
  for (const [signature, value] of args) body.put(signature, value);
  const signature = args.map(([one]) => one).join('');
  const fields: [number, DbusValue][] = [
    [FIELD.path, ['o', path]],
    [FIELD.interface, ['s', face]],
    [FIELD.member, ['s', member]],
    ...(destination === undefined ? [] : ([[FIELD.destination, ['s', destination]]] as [number, DbusValue][])),
    ...(signature === '' ? [] : ([[FIELD.signature, ['g', signature]]] as [number, DbusValue][])),
  ];
  const head = new Writer();
  for (const byte of [LITTLE_ENDIAN, METHOD_CALL, 0, PROTOCOL]) head.put('y', byte);
  head.put('u', body.length);
  head.put('u', serial);
  head.put('a(yv)', fields);
  head.align(8);
  return new Uint8Array([...head.bytes, ...body.bytes]);
}

/** What the first 16 bytes of a message tell: how many follow, in all. */
export function restOfMessage(start: Uint8Array): number {
  const view = new DataView(start.buffer, start.byteOffset, start.length);
  const fields = view.getUint32(12, true);
  return ((fields + 7) & ~7) + view.getUint32(4, true);
}

export interface DbusReply {
  readonly kind: 'return' | 'error' | 'other';
  readonly replyTo: number;
  /** `org.freedesktop…` of an error. */
  readonly errorName: string;
  /** The first argument where it is a string, as an error's words are. */
  readonly text: string;
}

/** Reads an answer. Throws RangeError where the bytes are no message. */
export function decodeReply(bytes: Uint8Array): DbusReply {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes[0] !== LITTLE_ENDIAN) throw new RangeError('no D-Bus message of this byte order');
  const end = 16 + view.getUint32(12, true);
  let [replyTo, errorName, signature] = [0, '', ''];
  for (let at = 16; at < end;) {
    at = (at + 7) & ~7;
    const code = bytes[at]!;
    const type = String.fromCharCode(bytes[at + 2]!);
    at = type === 'g' ? at + 4 : (at + 4 + 3) & ~3;
    if (type === 'u') {
      if (code === 5) replyTo = view.getUint32(at, true);
      at += 4;
      continue;
    }
    const length = type === 'g' ? bytes[at]! : view.getUint32(at, true);
    at += type === 'g' ? 1 : 4;
    const text = new TextDecoder().decode(bytes.subarray(at, at + length));
    if (code === FIELD.errorName) errorName = text;
    if (code === FIELD.signature) signature = text;
    at += length + 1;
  }
  const kind = bytes[1] === 2 ? 'return' : bytes[1] === 3 ? 'error' : 'other';
  return { kind, replyTo, errorName, text: /^[so]/.test(signature) ? firstText(bytes, (end + 7) & ~7) : '' };
}

function firstText(bytes: Uint8Array, at: number): string {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
  return new TextDecoder().decode(bytes.subarray(at + 4, at + 4 + length));
}

/** Marshals values: everything is aligned by its size from the start of the message's part. */
class Writer {
  readonly bytes: number[] = [];

  get length(): number {
    return this.bytes.length;
  }

  align(size: number): void {
    while (this.bytes.length % size !== 0) this.bytes.push(0);
  }

  put(signature: string, value: unknown): void {
    const type = signature[0]!;
    this.align(ALIGNMENT[type] ?? 1);
    if (type === 'a') this.#array(signature.slice(1), value as readonly unknown[]);
    else if (type === '(') {
      const parts = value as readonly unknown[];
      for (const [index, one] of splitSignature(signature.slice(1, -1)).entries()) this.put(one, parts[index]);
    } else if (type === 'v') {
      const [inner, content] = value as DbusValue;
      this.put('g', inner);
      this.put(inner, content);
    } else this.#basic(type, value);
  }

  #basic(type: string, value: unknown): void {
    if (type === 's' || type === 'o' || type === 'g') {
      const text = new TextEncoder().encode(value as string);
      if (type === 'g') this.bytes.push(text.length);
      else this.#number(4, BigInt(text.length));
      this.bytes.push(...text, 0);
    } else if (type === 'y') this.bytes.push(value as number);
    else this.#number(type === 't' || type === 'x' ? 8 : 4, BigInt(value as number | bigint | boolean));
  }

  #number(size: number, value: bigint): void {
    for (let i = 0; i < size; i++) this.bytes.push(Number((value >> BigInt(8 * i)) & 0xffn));
  }

  /** Its length comes first, and does not count how the first element is aligned. */
  #array(element: string, values: readonly unknown[]): void {
    const at = this.bytes.length;
    this.#number(4, 0n);
    this.align(ALIGNMENT[element[0]!] ?? 1);
    const start = this.bytes.length;
    for (const value of values) this.put(element, value);
    const length = this.bytes.length - start;
    for (let i = 0; i < 4; i++) this.bytes[at + i] = (length >> (8 * i)) & 0xff;
  }
}

/** The complete types of a signature, one by one. */
function splitSignature(signature: string): string[] {
  const types: string[] = [];
  for (let at = 0; at < signature.length;) {
    const end = endOfType(signature, at);
    types.push(signature.slice(at, end));
    at = end;
  }
  return types;
}

function endOfType(signature: string, at: number): number {
  if (signature[at] === 'a') return endOfType(signature, at + 1);
  if (signature[at] !== '(') return at + 1;
  let end = at + 1;
  while (signature[end] !== ')') end = endOfType(signature, end);
  return end + 1;
}
