import { formatAddress, parseAddress } from '../../abi/ip/address.ts';
import { containsAddress, parseSubnet } from '../../abi/ip/subnet.ts';
import { formatMac, isUnicastMac, parseMac } from '../../abi/ip/mac.ts';

/** An IPv4 or IPv6 address as it is written down everywhere; `undefined` for what is none. */
export function addressWord(text: string, family?: 4 | 6): string | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const fits = family === undefined || address.length === (family === 4 ? 4 : 16);
  return fits ? formatAddress(address) : undefined;
}

/** A MAC address that an interface can have, in the usual form. */
export function macWord(text: string): string | undefined {
  const mac = parseMac(text);
  return mac === undefined || !isUnicastMac(mac) ? undefined : formatMac(mac);
}

/** Whether an address lies in a block, both as typed. */
export function isAddressIn(text: string, block: string): boolean {
  const [address, subnet] = [parseAddress(text), parseSubnet(block)];
  return address !== undefined && subnet !== undefined && containsAddress(subnet, address);
}
