import type { Endpoint, PortMapping } from '../../spec/network.ts';
import type { Op } from '../../plan/ops.ts';
import { firewallOp } from '../firewall/firewall-op.ts';
import type { PlacedElement } from '../firewall/network-elements.ts';
import { placeElements, takeElements } from '../firewall/place-elements.ts';
import { portElements } from './port-elements.ts';
import { staleElements } from './stale-elements.ts';
import { releasePorts, reservePorts } from './reserve-ports.ts';

/**
 * Host stage: takes the host's ports and leads them to the endpoint. Every `hostPort` is chosen. `stale` elements are
 * replaced, if they are still there. Fails with EADDRINUSE where a port is taken (`portHolder` tells by whom), and with
 * ENOENT where our table is gone, which `ensureFirewallOps` mends.
 */
export function publishOps(
  table: string,
  endpoint: Endpoint,
  ports: readonly PortMapping[],
  stale: readonly PlacedElement[] = [],
): Op[] {
  if (ports.length === 0) return [];
  const changes = [...takeElements(table, stale), ...placeElements(table, portElements(endpoint, ports))];
  const because = `published to ${endpoint.containerName}`;
  return [...reservePorts(endpoint, ports), ...firewallOp(changes, because)];
}

/**
 * Host stage, in one transaction: ports that the container's monitor holds lead to another of its endpoints now, or, from
 * or to `undefined`, came from or lead nowhere. As they are its own, so is whatever stands in the maps for them.
 */
export function movePortsOps(
  table: string,
  { from, to, ports }: { from: Endpoint | undefined; to: Endpoint | undefined; ports: readonly PortMapping[] },
): Op[] {
  const present = new Map<string, PlacedElement>();
  for (const one of [from, to]) {
    const found = one === undefined ? [] : staleElements(table, one, ports);
    for (const element of found) present.set(`${element.set} ${element.key.toHex()}`, element);
  }
  const behind = to === undefined ? [] : portElements(to, ports);
  const because = `${(from ?? to)?.containerName} changes its networks`;
  return firewallOp([...takeElements(table, [...present.values()]), ...placeElements(table, behind)], because);
}

/** Clean-up stage: the reverse. What is another container's by now stays. */
export function unpublishOps(table: string, endpoint: Endpoint, ports: readonly PortMapping[]): Op[] {
  if (ports.length === 0) return [];
  const changes = takeElements(table, portElements(endpoint, ports));
  return [...firewallOp(changes, `${endpoint.containerName} is gone`, { stage: 'cleanup' }), releasePorts()];
}
