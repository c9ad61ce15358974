import { parseSubnet, overlaps, type IpSubnet } from '../../abi/ip/subnet.ts';
import { LimpidError } from '../../base/error.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { listAddresses, listInterfaces, listRoutes } from '../host/interfaces.ts';
import { freeBridgeName } from './bridge-name.ts';
import type { NetworkPlace } from './place.ts';
import { DEFAULT_NETWORK, listNetworks, readNetwork } from './read.ts';
import { underNetworksLock, writeNetwork } from './write.ts';

/** Blocks that this machine, or another network of ours, uses already. */
export function usedSubnets(place: NetworkPlace): IpSubnet[] {
  const stored = listNetworks(place).flatMap(({ subnets }) => subnets.map(({ subnet }) => parseSubnet(subnet)!));
  const addresses = listAddresses().map(({ local }) => local);
  const routes = listRoutes().flatMap(({ destination }) => (destination === undefined ? [] : [destination]));
  return [...stored, ...addresses, ...routes.filter(({ prefix }) => prefix > 0)];
}

/** The first of these blocks that nobody uses. */
export function freeSubnet(candidates: readonly string[], used: readonly IpSubnet[]): string | undefined {
  return candidates.find((candidate) => !used.some((other) => overlaps(parseSubnet(candidate)!, other)));
}

/** 10.88.0.0/16 to 10.255.0.0/16. */
const CANDIDATES = Array.from({ length: 168 }, (_, index) => `10.${88 + index}.0.0/16`);

/** Writes the default network down, at the first start that needs it: on a block that is free then. */
export function makeDefaultNetwork(place: NetworkPlace, id: string, created: string): Promise<NetworkConfig> {
  return underNetworksLock(place, () => {
    const there = readNetwork(place, DEFAULT_NETWORK);
    if (there !== undefined) return there;
    const network = defaultNetwork(place, id, created);
    writeNetwork(place, network);
    return network;
  });
}

/** What the default network is to be. Throws ENOSUBNET. */
export function defaultNetwork(place: NetworkPlace, id: string, created: string): NetworkConfig {
  const subnet = freeSubnet(CANDIDATES, usedSubnets(place));
  if (subnet === undefined) {
    throw new LimpidError({
      code: 'ENOSUBNET',
      doing: 'create',
      subject: `network "${DEFAULT_NETWORK}"`,
      why: 'every /16 from 10.88.0.0 to 10.255.0.0 is in use by another interface or route',
      hint: `create one with a free --subnet: limpid network create --subnet … NAME`,
    });
  }
  return {
    name: DEFAULT_NETWORK,
    id,
    driver: 'bridge',
    interfaceName: freeBridgeName(
      listNetworks(place),
      listInterfaces().map(({ name }) => name),
      0,
    ),
    created,
    subnets: [{ subnet, gateway: subnet.replace('.0.0/16', '.0.1') }],
    ipv6: false,
    internal: false,
    isolate: false,
    dnsEnabled: false,
    dnsServers: [],
    noDefaultRoute: false,
    routes: [],
    labels: {},
    options: {},
  };
}
