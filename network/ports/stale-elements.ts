import type { Endpoint, PortMapping } from '../../spec/network.ts';
import type { PlacedElement } from '../firewall/network-elements.ts';
import { hasElement } from '../firewall/read-ruleset.ts';
import { portElements } from './port-elements.ts';

/**
 * Those of the elements to come whose place in the maps is taken. Whoever lives holds a socket at the port as well, so
 * behind `reserve_port` these are leavings of the dead, and may go.
 */
export function staleElements(table: string, endpoint: Endpoint, ports: readonly PortMapping[]): PlacedElement[] {
  return portElements(endpoint, ports).filter(({ set, key }) => hasElement(table, set, key));
}
