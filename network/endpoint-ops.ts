import { O_WRONLY } from '../abi/flags/open.ts';
import { parseAddress } from '../abi/ip/address.ts';
import { parseMac } from '../abi/ip/mac.ts';
import { parseAddressWithPrefix, parseSubnet } from '../abi/ip/subnet.ts';
import { ADDRESS_INDEX_AT, addAddressMessage } from '../abi/netlink/address.ts';
import {
  addVethMessage,
  interfaceUpMessage,
  setMasterMessage,
  type UnfilledMessage,
} from '../abi/netlink/interface.ts';
import { learnMacMessage, NEIGHBOUR_INDEX_AT } from '../abi/netlink/neighbour.ts';
import { addRouteMessage, ROUTE_INDEX_AT, type Route } from '../abi/netlink/route.ts';
import type { Op } from '../plan/ops.ts';
import type { Endpoint, NetworkConfig } from '../spec/network.ts';

/** What a start does for one endpoint: the host behind the clone, and the child behind its gate. */
export interface EndpointOps {
  readonly host: readonly Op[];
  readonly child: readonly Op[];
}

export interface EndpointOptions {
  readonly because: string;
  /** The same address was on another veth a moment ago. */
  readonly returns: boolean;
  readonly hasIpv6: boolean;
}

/** `ip route` of podman's containers. */
export const FIRST_METRIC = 100;
/** RFC 8200: below it Linux has no IPv6 on an interface, nor its settings. */
export const IPV6_LEAST_MTU = 1280;

/** A veth pair between a bridge and the child's namespace, with the addresses and routes inside. */
export function bridgeEndpointOps(endpoint: Endpoint, options: EndpointOptions): EndpointOps {
  const { network, hostInterface, interfaceName, mac } = endpoint;
  const peer = { name: interfaceName, mac: parseMac(mac)! };
  const { mtu } = network;
  const veth = addVethMessage({ name: hostInterface, ...(mtu === undefined ? {} : { mtu }), peer });
  const host = [rtnetlink('host', options.because, veth, network.interfaceName)];
  if (options.returns) {
    const message = learnMacMessage(peer.mac);
    const because = 'its last veth may still be in the bridge: packets go to this one';
    host.push(rtnetlink('host', because, { message, indexAt: NEIGHBOUR_INDEX_AT, pidAt: -1 }, hostInterface));
  }
  return { host, child: insideOps(endpoint, options) };
}

/** Host stage: an interface whose bridge was deleted and made again goes back into it. */
export function attachBridgeOps({ hostInterface, network }: Endpoint, because: string): Op {
  const { message, indexAt } = setMasterMessage(hostInterface);
  return {
    ...rtnetlink('host', because, { message, indexAt, pidAt: -1 }, network.interfaceName),
    missingOk: true,
  } as Op;
}

/** Child stage: what its own interface is. */
export function insideOps(endpoint: Endpoint, { because, hasIpv6 }: EndpointOptions): Op[] {
  const { network, interfaceName: name, ip, ip6 } = endpoint;
  const ops: Op[] = hasIpv6 && canHaveIpv6(network) ? [noRouterAdvertisements(name)] : [];
  const unfilled = (message: Uint8Array, indexAt: number): Op =>
    rtnetlink('child', because, { message, indexAt, pidAt: -1 }, indexAt < 0 ? '' : name);
  for (const text of [ip, ip6]) {
    if (text === undefined) continue;
    ops.push(unfilled(addAddressMessage(parseAddressWithPrefix(text)!), ADDRESS_INDEX_AT));
  }
  ops.push(unfilled(interfaceUpMessage(name), -1));
  for (const route of endpointRoutes(endpoint, metricOf(endpoint))) {
    ops.push(unfilled(addRouteMessage(route), ROUTE_INDEX_AT));
  }
  return ops;
}

/** Of an endpoint's routes that have none of their own. */
function metricOf({ metric, network }: Pick<Endpoint, 'metric' | 'network'>): number {
  return metric ?? network.metric ?? FIRST_METRIC;
}

/** As the network wants it, or so that earlier ones are preferred; one that no other endpoint of the container has. */
export function freeMetric({ metric }: NetworkConfig, others: readonly Endpoint[]): number {
  const taken = new Set(others.map(metricOf));
  let free = metric ?? FIRST_METRIC + others.length;
  while (taken.has(free)) free++;
  return free;
}

/** The default routes, unless nothing is to be reached outside, and those that the network was made with. */
function endpointRoutes({ network, ip, ip6 }: Endpoint, metric: number): Route[] {
  const routes: Route[] = [];
  const leadsOut = !network.internal && !network.noDefaultRoute;
  for (const { gateway } of network.subnets) {
    const has = gateway !== undefined && (gateway.includes(':') ? ip6 : ip) !== undefined;
    if (leadsOut && has) routes.push({ gateway: parseAddress(gateway)!, metric });
  }
  for (const route of network.routes) {
    const destination = parseSubnet(route.destination)!;
    routes.push({ destination, gateway: parseAddress(route.gateway)!, metric: route.metric ?? metric });
  }
  return routes;
}

export function canHaveIpv6({ mtu }: Pick<NetworkConfig, 'mtu'>): boolean {
  return mtu === undefined || mtu >= IPV6_LEAST_MTU;
}

/** What any neighbour on the same network could send it. */
function noRouterAdvertisements(name: string): Op {
  const because = 'no neighbour tells it where its packets go';
  const path = `/proc/sys/net/ipv6/conf/${name}/accept_ra`;
  return { op: 'write', stage: 'child', because, at: -1, path, flags: O_WRONLY, data: Uint8Array.of(0x30) };
}

export function rtnetlink(
  stage: 'host' | 'child' | 'cleanup',
  because: string,
  { message, indexAt, pidAt }: UnfilledMessage,
  name: string,
): Op {
  const tolerant = { existOk: false, missingOk: stage === 'cleanup' };
  return { op: 'rtnetlink', stage, because, message, interface: name, indexAt, pidAt, ...tolerant };
}
