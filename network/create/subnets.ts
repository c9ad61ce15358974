import { addressPlus, compareAddresses, formatAddress, parseAddress } from '../../abi/ip/address.ts';
import {
  containsAddress,
  formatSubnet,
  lastAddress,
  overlaps,
  parseSubnet,
  type IpSubnet,
} from '../../abi/ip/subnet.ts';
import type { Subnet } from '../../spec/network.ts';
import { addressRange } from '../leases/range.ts';
import type { CreateFacts, Failed } from './create-facts.ts';
import { overlapping, type UsedSubnet } from './used-subnets.ts';

/** One `--subnet` with the `--gateway` and `--ip-range` that go with it. */
export interface SubnetRequest {
  readonly subnet: string;
  readonly gateway?: string;
  /** `10.5.0.128/25`, or `10.5.0.10-10.5.0.20`. */
  readonly range?: string;
}

/** "This" network, the loopback, multicast: RFC 6890 and RFC 4291. */
const NOBODYS = ['0.0.0.0/8', '127.0.0.0/8', '224.0.0.0/4', '::1/128', 'ff00::/8'];

/** 10.89.0.0/24 to 10.255.255.0/24. */
const CANDIDATES_V4 = 167 * 256;

/** The subnets of a new network: those asked for, or free ones. */
export function chooseSubnets(
  { subnets: asked = [], ipv6 = false }: { readonly subnets?: readonly SubnetRequest[]; readonly ipv6?: boolean },
  { used, asked: inTheWay = used, random }: CreateFacts,
  failed: Failed,
): Subnet[] {
  const chosen: Subnet[] = [];
  const taken: UsedSubnet[] = [...inTheWay];
  for (const request of asked) {
    const subnet = readSubnet(request, failed);
    const other = overlapping(parseSubnet(subnet.subnet)!, taken);
    if (other !== undefined)
      throw failed(
        'EOVERLAP',
        `subnet ${subnet.subnet} overlaps ${formatSubnet(other.subnet)} of ${other.by}`,
        '--subnet chooses another',
      );
    const family = familyOf(subnet);
    if (chosen.some((one) => familyOf(one) === family))
      throw failed(
        'EOPTION',
        `${subnet.subnet} is its second ${family} subnet`,
        'a container can be on several networks, and a network has one subnet of each family',
      );
    chosen.push(subnet);
    taken.push({ subnet: parseSubnet(subnet.subnet)!, by: 'the same network' });
  }
  if (asked.length === 0) chosen.push(freeV4(used, failed));
  if (ipv6 && !chosen.some(({ subnet }) => subnet.includes(':'))) chosen.push(randomV6(random));
  return chosen;
}

function familyOf({ subnet }: Subnet): 'IPv4' | 'IPv6' {
  return subnet.includes(':') ? 'IPv6' : 'IPv4';
}

function readSubnet({ subnet: text, gateway: asked, range }: SubnetRequest, failed: Failed): Subnet {
  const subnet = parseSubnet(text);
  if (subnet === undefined) throw failed('EOPTION', `"${text}" is no subnet such as 10.5.0.0/24`);
  if (NOBODYS.some((block) => overlaps(parseSubnet(block)!, subnet)))
    throw failed('EOPTION', `${text} has addresses that no interface can have`);
  if (subnet.prefix === subnet.address.length * 8) throw failed('EOPTION', `${text} has no address for a container`);
  const gateway = asked === undefined ? addressPlus(subnet.address, 1) : parseAddress(asked);
  if (gateway === undefined) throw failed('EOPTION', `"${asked}" is no address of a gateway`);
  if (!containsAddress(subnet, gateway) || isNetworkItself(subnet, gateway))
    throw failed('EOPTION', `gateway ${formatAddress(gateway)} is not in subnet ${formatSubnet(subnet)}`);
  if (isBroadcast(subnet, gateway))
    throw failed(
      'EOPTION',
      `gateway ${formatAddress(gateway)} is the last of ${formatSubnet(subnet)}, which no interface has`,
    );
  const result: Subnet = {
    subnet: formatSubnet(subnet),
    gateway: formatAddress(gateway),
    ...(range === undefined ? {} : { leaseRange: readRange(range, subnet, failed) }),
  };
  const { size, reserved } = addressRange(result);
  if (size < 1 || (size === 1 && reserved === 0))
    throw failed('EOPTION', `${range ?? result.subnet} has no address for a container`);
  return result;
}

function isNetworkItself({ address, prefix }: IpSubnet, gateway: Uint8Array): boolean {
  return prefix < address.length * 8 - 1 && compareAddresses(address, gateway) === 0;
}

function isBroadcast(subnet: IpSubnet, gateway: Uint8Array): boolean {
  return gateway.length === 4 && subnet.prefix < 31 && compareAddresses(lastAddress(subnet), gateway) === 0;
}

function readRange(text: string, subnet: IpSubnet, failed: Failed): { readonly start: string; readonly end: string } {
  const dash = text.indexOf('-');
  const block = parseSubnet(text);
  const start = dash < 0 ? block?.address : parseAddress(text.slice(0, dash));
  const end = dash < 0 ? block && lastAddress(block) : parseAddress(text.slice(dash + 1));
  if (start === undefined || end === undefined)
    throw failed('EOPTION', `"${text}" is no range such as 10.5.0.128/25 or 10.5.0.10-10.5.0.20`);
  if (!containsAddress(subnet, start) || !containsAddress(subnet, end) || compareAddresses(start, end) > 0)
    throw failed('EOPTION', `range ${text} is not in subnet ${formatSubnet(subnet)}`);
  return { start: formatAddress(start), end: formatAddress(end) };
}

function freeV4(used: readonly UsedSubnet[], failed: Failed): Subnet {
  const first = parseAddress('10.89.0.0')!;
  for (let number = 0; number < CANDIDATES_V4; number++) {
    const subnet = { address: addressPlus(first, number * 256), prefix: 24 };
    if (overlapping(subnet, used) !== undefined) continue;
    return { subnet: formatSubnet(subnet), gateway: formatAddress(addressPlus(subnet.address, 1)) };
  }
  throw failed('ENOSUBNET', 'every /24 from 10.89.0.0 to 10.255.255.0 is in use', 'give one: --subnet');
}

/** RFC 4193: forty random bits make it unlikely that two networks that ever meet have the same. */
function randomV6(random: Uint8Array): Subnet {
  const address = new Uint8Array(16);
  address[0] = 0xfd;
  address.set(random, 1);
  return { subnet: formatSubnet({ address, prefix: 64 }), gateway: formatAddress(addressPlus(address, 1)) };
}
