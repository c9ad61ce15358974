import { compareAddresses, formatAddress, parseAddress } from '../abi/ip/address.ts';
import { containsAddress, lastAddress, parseSubnet } from '../abi/ip/subnet.ts';
import { LimpidError } from '../base/error.ts';
import type { NetworkAttachment, NetworkConfig } from '../spec/network.ts';

/**
 * Throws ERANGE for an address that nobody can have on this network, whether somebody has it is another question, and
 * EOPTION for a MAC address where there is none to choose.
 */
export function checkAttachment(network: NetworkConfig, { ip, ip6, mac }: NetworkAttachment): void {
  if (mac !== undefined && network.driver === 'ipvlan') throw noMac(network);
  if (ip !== undefined) checkAddress(network, ip, 'IPv4');
  if (ip6 !== undefined) checkAddress(network, ip6, 'IPv6');
}

function checkAddress({ name, subnets }: NetworkConfig, text: string, family: 'IPv4' | 'IPv6'): void {
  const refuse = (why: string) =>
    new LimpidError({ code: 'ERANGE', doing: 'connect', subject: `to network "${name}"`, why });
  const own = subnets.filter(({ subnet }) => subnet.includes(':') === (family === 'IPv6'));
  if (own.length === 0) throw refuse(`address ${text} is asked for, and the network has no ${family} addresses`);
  const address = parseAddress(text)!;
  const found = own.find(({ subnet }) => containsAddress(parseSubnet(subnet)!, address));
  const blocks = own.map(({ subnet }) => subnet).join(', ');
  if (found === undefined) throw refuse(`address ${text} is not in its subnet ${blocks}`);
  if (found.gateway !== undefined && found.gateway === formatAddress(address))
    throw refuse(`address ${text} is its gateway's`);
  const block = parseSubnet(found.subnet)!;
  if (block.prefix >= address.length * 8 - 1) return;
  const isEdge = compareAddresses(address, block.address) === 0 || compareAddresses(address, lastAddress(block)) === 0;
  if (isEdge && family === 'IPv4')
    throw refuse(`address ${text} is the first or last of ${found.subnet}, which no interface has`);
}

function noMac({ name, interfaceName }: NetworkConfig): LimpidError {
  return new LimpidError({
    code: 'EOPTION',
    doing: 'connect',
    subject: `to network "${name}"`,
    why: `an ipvlan has the MAC address of its parent "${interfaceName}"`,
    hint: 'leave --mac-address away, or make the network with --driver macvlan',
  });
}
