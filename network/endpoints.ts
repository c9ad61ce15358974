import { formatAddress, parseAddress, type IpAddress } from '../abi/ip/address.ts';
import { formatMac } from '../abi/ip/mac.ts';
import { LimpidError } from '../base/error.ts';
import { interfaceState } from '../kernel/interface-state.ts';
import type { Endpoint, NetworkAttachment, NetworkConfig, Subnet } from '../spec/network.ts';
import { endpointMac } from './bridge.ts';
import { checkAttachment } from './check-attachment.ts';
import { freeMetric } from './endpoint-ops.ts';
import { nextAddress, releaseAddress, takeAddress, takeWanted, type LeaseRequest } from './leases/lease.ts';
import { addressRange } from './leases/range.ts';
import type { IfDead } from './leases/sweep.ts';
import type { NetworkPlace } from './store/place.ts';

/** A container that is to have a place on networks. */
export interface EndpointRequest {
  readonly place: NetworkPlace;
  readonly containerId: string;
  readonly containerName: string;
  readonly ifDead: IfDead;
  /** Its endpoints at its last start: it gets the same addresses while they are free. */
  readonly last: readonly Endpoint[];
  /** Tells this start's veths from those of the last one, which may live on for a moment. Three letters or digits. */
  readonly nonce: string;
  /** Takes nothing: for a plan that is only shown. */
  readonly preview?: boolean;
}

/** One of the networks it is to be on, in the order of its interfaces. */
export interface WantedEndpoint {
  readonly network: NetworkConfig;
  readonly attachment: NetworkAttachment;
  readonly interfaceName: string;
  readonly index: number;
}

/**
 * Takes the addresses of one endpoint, beside `others` that the container has already. Throws ENOADDRESS where there is none left, and EADDRINUSE where the one that is
 * asked for is another's, ERANGE where nobody can have it; nothing is taken then.
 */
export function takeEndpoint(request: EndpointRequest, wanted: WantedEndpoint, others: readonly Endpoint[]): Endpoint {
  const { network, attachment, interfaceName, index } = wanted;
  const taken: string[] = [];
  const { ip: wantedIp, ip6: wantedIp6, mac } = attachment;
  if (wantedIp !== undefined || wantedIp6 !== undefined || mac !== undefined) checkAttachment(network, attachment);
  try {
    const ip = takeOf(request, wanted, 4, wantedIp, taken);
    const ip6 = takeOf(request, wanted, 6, wantedIp6, taken);
    const address = ip?.address ?? ip6?.address ?? idBytes(request.containerId, index);
    return {
      containerId: request.containerId,
      containerName: request.containerName,
      network,
      interfaceName,
      hostInterface: hostInterfaceName(request, index),
      metric: freeMetric(network, others),
      mac: mac ?? formatMac(parentMac(network) ?? endpointMac(address)),
      ...(ip === undefined ? {} : { ip: ip.text }),
      ...(ip6 === undefined ? {} : { ip6: ip6.text }),
      aliases: attachment.aliases,
    };
  } catch (error) {
    for (const address of taken) releaseAddress(request.place, network.name, address, request.containerId);
    throw error;
  }
}

/** What an ipvlan has, instead of one of its own. */
function parentMac({ driver, interfaceName }: NetworkConfig): Uint8Array | undefined {
  return driver === 'ipvlan' ? interfaceState(interfaceName)?.mac : undefined;
}

/** Gives the addresses of endpoints back. */
export function releaseEndpoint(place: NetworkPlace, endpoint: Endpoint): void {
  for (const address of leasedAddresses(endpoint)) {
    releaseAddress(place, endpoint.network.name, address, endpoint.containerId);
  }
}

/** Without their prefix lengths. */
export function leasedAddresses({ ip, ip6 }: Pick<Endpoint, 'ip' | 'ip6'>): string[] {
  return [ip, ip6].filter((text) => text !== undefined).map((text) => text.slice(0, text.indexOf('/')));
}

interface Taken {
  readonly address: IpAddress;
  readonly text: string;
}

function takeOf(
  request: EndpointRequest,
  { network }: WantedEndpoint,
  family: 4 | 6,
  asked: string | undefined,
  taken: string[],
): Taken | undefined {
  const subnet = network.subnets.find(({ subnet }) => subnet.includes(':') === (family === 6));
  if (subnet === undefined) return undefined;
  const prefix = subnet.subnet.slice(subnet.subnet.indexOf('/'));
  const address = choose(request, network, subnet, asked);
  const text = formatAddress(address);
  taken.push(text);
  return { address, text: text + prefix };
}

function choose(
  request: EndpointRequest,
  network: NetworkConfig,
  subnet: Subnet,
  asked: string | undefined,
): IpAddress {
  const { place, containerId: holder, ifDead, last, preview } = request;
  const lease: LeaseRequest = { place, network: network.name, range: addressRange(subnet), holder, ifDead };
  if (preview) return asked === undefined ? nextAddress(lease) : parseAddress(asked)!;
  if (asked !== undefined) {
    const other = takeWanted(lease, parseAddress(asked)!);
    if (other === undefined) return parseAddress(asked)!;
    throw addressInUse(asked, network, other);
  }
  const before = lastAddress(last, network, subnet);
  if (before !== undefined && takeWanted(lease, before) === undefined) return before;
  return takeAddress(lease);
}

/** The address that the container had last, where the network is still the one it had it on. */
function lastAddress(last: readonly Endpoint[], { id }: NetworkConfig, { subnet }: Subnet): IpAddress | undefined {
  const endpoint = last.find(({ network }) => network.id === id);
  const text = subnet.includes(':') ? endpoint?.ip6 : endpoint?.ip;
  return text === undefined ? undefined : parseAddress(text.slice(0, text.indexOf('/')));
}

function hostInterfaceName({ containerId, nonce }: EndpointRequest, index: number): string {
  return `${hostInterfacePrefix(containerId)}${index.toString(36)}${nonce}`;
}

/** How the host's ends of all interfaces of a container are called first. */
export function hostInterfacePrefix(containerId: string): string {
  return `lim${containerId.slice(0, 8)}`;
}

function idBytes(id: string, index: number): Uint8Array {
  const number = Number.parseInt(id.slice(0, 8), 16) + index;
  return Uint8Array.of(number >>> 24, number >>> 16, number >>> 8, number);
}

function addressInUse(address: string, network: NetworkConfig, holder: string): LimpidError {
  return new LimpidError({
    code: 'EADDRINUSE',
    doing: 'connect',
    subject: `to network "${network.name}"`,
    why: `address ${address} is taken by container ${holder.slice(0, 12)}`,
    hint: 'choose another --ip, or leave the choice to limpid',
  });
}
