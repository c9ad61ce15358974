import { addressDistance, addressPlus, compareAddresses, parseAddress, type IpAddress } from '../../abi/ip/address.ts';
import { lastAddress, parseSubnet } from '../../abi/ip/subnet.ts';
import type { Subnet } from '../../spec/network.ts';

/** Where addresses for containers are taken from. */
export interface AddressRange {
  readonly first: IpAddress;
  readonly last: IpAddress;
  readonly size: number;
  /** The gateway's. */
  readonly reserved?: IpAddress;
}

/** More than these are never looked through: of a /64 the first four thousand million. */
const SIZE_LIMIT = 2 ** 32;

/** The addresses of a subnet that containers may have: not the network's own, the gateway's, or the broadcast address. */
export function addressRange({ subnet, gateway, leaseRange }: Subnet): AddressRange {
  const block = parseSubnet(subnet)!;
  const isV4 = block.address.length === 4;
  const end = lastAddress(block);
  const whole = block.prefix >= block.address.length * 8 - 1;
  const first = whole ? block.address : addressPlus(block.address, 1);
  const last = whole || !isV4 ? end : addressPlus(block.address, addressDistance(block.address, end) - 1);
  const range = leaseRange === undefined ? { first, last } : within(first, last, leaseRange);
  const size = Math.min(SIZE_LIMIT, addressDistance(range.first, range.last) + 1);
  return { ...range, size, ...(gateway === undefined ? {} : { reserved: parseAddress(gateway)! }) };
}

function within(first: IpAddress, last: IpAddress, { start, end }: { start: string; end: string }) {
  const [from, to] = [parseAddress(start)!, parseAddress(end)!];
  return {
    first: compareAddresses(from, first) < 0 ? first : from,
    last: compareAddresses(to, last) > 0 ? last : to,
  };
}
