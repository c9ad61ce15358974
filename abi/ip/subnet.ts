import { formatAddress, parseAddress, type IpAddress } from './address.ts';

/** A block of addresses: all whose first `prefix` bits are those of `address`, whose other bits are 0. */
export interface IpSubnet {
  readonly address: IpAddress;
  readonly prefix: number;
}

/** Reads `10.88.0.0/16`; bits behind the prefix are dropped. `undefined` for anything else. */
export function parseSubnet(text: string): IpSubnet | undefined {
  const parsed = parseAddressWithPrefix(text);
  return parsed === undefined ? undefined : { address: masked(parsed.address, parsed.prefix), prefix: parsed.prefix };
}

/** Reads `10.88.0.2/16` and keeps the whole address. */
export function parseAddressWithPrefix(text: string): IpSubnet | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const address = parseAddress(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  const prefix = Number(digits);
  if (address === undefined || String(prefix) !== digits || !Number.isInteger(prefix)) return undefined;
  if (prefix < 0 || prefix > address.length * 8) return undefined;
  return { address, prefix };
}

export function formatSubnet({ address, prefix }: IpSubnet): string {
  return `${formatAddress(address)}/${prefix}`;
}

export function containsAddress({ address, prefix }: IpSubnet, other: IpAddress): boolean {
  if (address.length !== other.length) return false;
  const whole = prefix >> 3;
  for (let index = 0; index < whole; index++) if (address[index] !== other[index]) return false;
  const rest = prefix & 7;
  return rest === 0 || (address[whole]! ^ other[whole]!) >> (8 - rest) === 0;
}

export function overlaps(one: IpSubnet, other: IpSubnet): boolean {
  return one.prefix <= other.prefix ? containsAddress(one, other.address) : containsAddress(other, one.address);
}

/** The last address of a block; for IPv4 its broadcast address. */
export function lastAddress({ address, prefix }: IpSubnet): IpAddress {
  return address.map((byte, index) => byte | hostBits(prefix, index));
}

function masked(address: IpAddress, prefix: number): IpAddress {
  return address.map((byte, index) => byte & ~hostBits(prefix, index));
}

function hostBits(prefix: number, index: number): number {
  const fixed = Math.min(8, Math.max(0, prefix - 8 * index));
  return 255 >> fixed;
}
