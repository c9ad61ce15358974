import { overlaps, parseSubnet, type IpSubnet } from '../../abi/ip/subnet.ts';
import { listAddresses, listInterfaces, listRoutes } from '../host/interfaces.ts';
import type { NetworkPlace } from '../store/place.ts';
import { listNetworks } from '../store/read.ts';

/** A block that is in use, and by what: `network "a"`, `interface "eth0"`, `a route`. */
export interface UsedSubnet {
  readonly subnet: IpSubnet;
  readonly by: string;
  /** By a network of ours. */
  readonly isOurs?: boolean;
}

/** What this machine and our networks use, the networks first: their bridges have the same addresses. */
export function namedSubnets(place: NetworkPlace): UsedSubnet[] {
  const interfaces = new Map(listInterfaces().map(({ index, name }) => [index, name]));
  const networks = listNetworks(place).flatMap(({ name, subnets }) =>
    subnets.map(({ subnet }): UsedSubnet => ({
      subnet: parseSubnet(subnet)!,
      by: `network "${name}"`,
      isOurs: true,
    })),
  );
  const addresses = listAddresses().map(({ index, local }): UsedSubnet => {
    return { subnet: local, by: `interface "${interfaces.get(index) ?? index}"` };
  });
  const routes = listRoutes().flatMap(({ destination, index }): UsedSubnet[] => {
    if (destination === undefined || destination.prefix === 0) return [];
    return [{ subnet: destination, by: `the route through "${interfaces.get(index ?? 0) ?? 'nowhere'}"` }];
  });
  return [...networks, ...addresses, ...routes];
}

/** What of them a block would collide with. IPv6's link-local and multicast blocks are on every interface. */
export function overlapping(subnet: IpSubnet, used: readonly UsedSubnet[]): UsedSubnet | undefined {
  return used.find((other) => overlaps(subnet, other.subnet));
}
