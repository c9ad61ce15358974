import type { NetlinkAttribute } from '../netlink/attribute.ts';
import { concatenate, dataValue, dataVerdict, number32, text, type Verdict } from './attributes.ts';

/** One step of a rule (enum nft_*_attributes of linux/netfilter/nf_tables.h): registers in, registers out, or an end. */
export interface Expression {
  readonly name: string;
  readonly attributes: readonly NetlinkAttribute[];
}

/** The 4-byte registers: a value of more bytes takes those behind it as well. */
const NFT_REG32_00 = 8;

const META_KEYS = { oif: 5, iifname: 6, oifname: 7, nfproto: 15, l4proto: 16 } as const;
const CT_KEYS = { state: 0, direction: 1, status: 2, originalDestination4: 20, originalDestination6: 22 } as const;
const BASES = { network: 1, transport: 2 } as const;
const NFT_META_DREG = 1;
const NFT_META_KEY = 2;

export function meta(key: keyof typeof META_KEYS, register = 0): Expression {
  const attributes = [number32(NFT_META_DREG, register + NFT_REG32_00), number32(NFT_META_KEY, META_KEYS[key])];
  return { name: 'meta', attributes };
}

/** Bytes of a packet's header. */
export function payload(base: keyof typeof BASES, offset: number, length: number, register = 0): Expression {
  const attributes = [
    number32(1, register + NFT_REG32_00),
    number32(2, BASES[base]),
    number32(3, offset),
    number32(4, length),
  ];
  return { name: 'payload', attributes };
}

/** Writes a register into an address of the network header, and mends the checksums of both headers. */
export function writeAddress(offset: number, length: 4 | 16, register = 0): Expression {
  const ipHeaderSum = length === 4 ? [number32(6, 1), number32(7, 10)] : [];
  const attributes = [
    number32(5, register + NFT_REG32_00),
    number32(2, BASES.network),
    number32(3, offset),
    number32(4, length),
    ...ipHeaderSum,
    number32(8, 1),
  ];
  return { name: 'payload', attributes };
}

export function ct(key: keyof typeof CT_KEYS, register = 0): Expression {
  const original = key === 'originalDestination4' || key === 'originalDestination6' ? [directionOriginal()] : [];
  const attributes = [number32(1, register + NFT_REG32_00), number32(2, CT_KEYS[key]), ...original];
  return { name: 'ct', attributes };
}

function directionOriginal(): NetlinkAttribute {
  return { type: 3, value: Uint8Array.of(0) };
}

/** Goes on where the register holds (or with `not`, does not hold) this value. */
export function compare(value: Uint8Array, { register = 0, not = false } = {}): Expression {
  const attributes = [number32(1, register + NFT_REG32_00), number32(2, not ? 1 : 0), dataValue(3, value)];
  return { name: 'cmp', attributes };
}

/** Keeps the bits of `bits` in a 4-byte register. */
export function mask(bits: Uint8Array, register = 0): Expression {
  const attributes = [
    number32(1, register + NFT_REG32_00),
    number32(2, register + NFT_REG32_00),
    number32(3, bits.length),
    dataValue(4, bits),
    dataValue(5, new Uint8Array(bits.length)),
  ];
  return { name: 'bitwise', attributes };
}

/** Goes on where the set holds the key that begins in `register`; a map's value comes to `into`. */
export function lookup(set: string, options: { register?: number; into?: number; not?: boolean } = {}): Expression {
  const { register = 0, into, not = false } = options;
  const attributes = [
    text(1, set),
    number32(2, register + NFT_REG32_00),
    ...(into === undefined ? [] : [number32(3, into + NFT_REG32_00)]),
    ...(not ? [number32(5, 1)] : []),
  ];
  return { name: 'lookup', attributes };
}

const FIB_DADDR = 2;
const FIB_IIF = 8;
const FIB_ADDRTYPE = 3;

/** What the routing tables take the destination for (RTN_*); with `onArrival`, seen from the interface it came in by. */
export function destinationType({ onArrival = false } = {}): Expression {
  const flags = FIB_DADDR | (onArrival ? FIB_IIF : 0);
  return { name: 'fib', attributes: [number32(1, NFT_REG32_00), number32(2, FIB_ADDRTYPE), number32(3, flags)] };
}

export function immediate(value: Uint8Array, register = 0): Expression {
  return { name: 'immediate', attributes: [number32(1, register + NFT_REG32_00), dataValue(2, concatenate([value]))] };
}

const NFT_REG_VERDICT = 0;

export function verdict(code: Verdict): Expression {
  return { name: 'immediate', attributes: [number32(1, NFT_REG_VERDICT), dataVerdict(2, code)] };
}

/** Destination NAT to the address and the port in these registers. */
export function dnat(family: number, address: number, port: number): Expression {
  const [at, behind] = [address + NFT_REG32_00, port + NFT_REG32_00];
  const attributes = [number32(1, 1), number32(2, family), number32(3, at), number32(5, behind)];
  return { name: 'nat', attributes };
}

export function masquerade(): Expression {
  return { name: 'masq', attributes: [] };
}
