import { parseAddress } from '../../abi/ip/address.ts';
import { containsAddress, formatSubnet, parseSubnet } from '../../abi/ip/subnet.ts';
import type { NetworkConfig, Subnet } from '../../spec/network.ts';
import type { Failed } from './create-facts.ts';

interface WantedRoutes extends Pick<NetworkConfig, 'routes'> {
  readonly subnets: readonly Subnet[];
  /** There is a default route. */
  readonly leadsOut: boolean;
  /** Of routes without one of their own. */
  readonly metric: number;
}

/** Routes that every container on the network can have, beside one another and beside its default route. */
export function checkRoutes({ routes, subnets, leadsOut, metric: usual }: WantedRoutes, failed: Failed): void {
  const taken = new Set<string>();
  if (leadsOut) for (const { subnet } of subnets) taken.add(`${subnet.includes(':') ? '::/0' : '0.0.0.0/0'} ${usual}`);
  for (const { destination, gateway, metric = usual } of routes) {
    const block = parseSubnet(destination);
    if (block === undefined) throw failed('EOPTION', `route "${destination}" is no subnet`);
    const address = parseAddress(gateway);
    const isWithin = subnets.some(
      ({ subnet }) => address !== undefined && containsAddress(parseSubnet(subnet)!, address),
    );
    if (!isWithin) throw failed('EOPTION', `the gateway ${gateway} of route ${destination} is not in its subnets`);
    const route = `${formatSubnet(block)} ${metric}`;
    if (taken.has(route)) throw twice(destination, block.prefix === 0 && leadsOut, metric, failed);
    taken.add(route);
  }
}

function twice(destination: string, isDefault: boolean, metric: number, failed: Failed): Error {
  const hint = isDefault ? 'give it another metric, or pass --opt no_default_route=true' : 'give one another metric';
  return failed('EOPTION', `route ${destination} is there twice with metric ${metric}`, hint);
}
