import type { Endpoint, PortMapping } from '../../spec/network.ts';
import type { PlacedElement } from '../firewall/network-elements.ts';
import { readElement } from '../firewall/read-ruleset.ts';
import { portElements } from './port-elements.ts';

/**
 * What stands in the maps where these ports' elements are to be. Whoever lives holds a socket at the port as well, so
 * behind `reserve_port` these are leavings of the dead, and may go, or have gone by then.
 */
export function staleElements(table: string, endpoint: Endpoint, ports: readonly PortMapping[]): PlacedElement[] {
  return portElements(endpoint, ports).flatMap(({ set, key }) => {
    const element = readElement(table, set, key);
    return element === undefined ? [] : [{ set, ...element }];
  });
}
