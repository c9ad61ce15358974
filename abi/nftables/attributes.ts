import type { NetlinkAttribute } from '../netlink/attribute.ts';

/** nf_tables counts in network byte order, unlike rtnetlink. */
export function number32(type: number, value: number): NetlinkAttribute {
  return { type, value: bytes32(value) };
}

export function bytes32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setInt32(0, value);
  return bytes;
}

/** The number in such an attribute. */
export function readNumber32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(0);
}

/** The fields of a key or a value one behind the other, each padded to the 4 bytes of a register. */
export function concatenate(fields: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const field of fields) length += (field.length + 3) & ~3;
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const field of fields) {
    bytes.set(field, at);
    at += (field.length + 3) & ~3;
  }
  return bytes;
}

const NFTA_DATA_VALUE = 1;
const NFTA_DATA_VERDICT = 2;
const NFTA_VERDICT_CODE = 1;
const NFTA_VERDICT_CHAIN = 2;

/** A value in an element or an expression. */
export function dataValue(type: number, value: Uint8Array): NetlinkAttribute {
  return { type, value: [{ type: NFTA_DATA_VALUE, value }] };
}

export type Verdict = 'drop' | 'accept' | 'return' | { readonly jump: string };

const CODES = { drop: 0, accept: 1, return: -5, jump: -3 } as const;

export function dataVerdict(type: number, verdict: Verdict): NetlinkAttribute {
  const code = number32(NFTA_VERDICT_CODE, CODES[typeof verdict === 'string' ? verdict : 'jump']);
  const chain = typeof verdict === 'string' ? [] : [text(NFTA_VERDICT_CHAIN, verdict.jump)];
  return { type, value: [{ type: NFTA_DATA_VERDICT, value: [code, ...chain] }] };
}

export function text(type: number, value: string): NetlinkAttribute {
  return { type, value: new TextEncoder().encode(`${value}\0`) };
}
