import { addressDistance, addressPlus, compareAddresses, parseAddress, type IpAddress } from '../../abi/ip/address.ts';
import { parseSubnet, type IpSubnet } from '../../abi/ip/subnet.ts';
import type { Subnet } from '../../spec/network.ts';

/** Where addresses for containers are taken from: so many from the first on. */
export interface AddressRange {
  readonly first: IpAddress;
  readonly size: number;
  /** How far behind the first one is the gateway's; -1 where that is not among them. */
  readonly reserved: number;
}

/** More than these are never looked through: of a /64 the first four thousand million. */
const SIZE_LIMIT = 2 ** 32;

/** The addresses of a subnet that containers may have: not the network's own, the gateway's, or the broadcast address. */
export function addressRange({ subnet, gateway, leaseRange }: Subnet): AddressRange {
  const block = parseSubnet(subnet)!;
  const whole = wholeRange(block);
  const { first, size } = leaseRange === undefined ? whole : within(whole, leaseRange);
  const reserved = gateway === undefined ? -1 : addressDistance(first, parseAddress(gateway)!);
  return { first, size, reserved: reserved < size ? reserved : -1 };
}

type Range = Omit<AddressRange, 'reserved'>;

function wholeRange({ address, prefix }: IpSubnet): Range {
  const bits = address.length * 8 - prefix;
  const size = bits >= 32 ? SIZE_LIMIT : 2 ** bits;
  // RFC 3021: of two addresses both are for interfaces.
  if (bits < 2) return { first: address, size };
  return { first: addressPlus(address, 1), size: address.length === 4 ? size - 2 : size - 1 };
}

function within({ first, size }: Range, { start, end }: { readonly start: string; readonly end: string }): Range {
  const from = parseAddress(start)!;
  const begin = compareAddresses(from, first) < 0 ? first : from;
  const left = size - addressDistance(first, begin);
  return { first: begin, size: Math.min(left, addressDistance(begin, parseAddress(end)!) + 1) };
}
