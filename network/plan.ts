import type { NetworkPlan } from '../plan/context.ts';
import type { Op } from '../plan/ops.ts';
import type { Endpoint } from '../spec/network.ts';
import { leasedAddresses } from './endpoints.ts';
import { bridgeEndpointOps, type EndpointOps, type EndpointOptions } from './endpoint-ops.ts';
import { subInterfaceEndpointOps } from './sub-interface.ts';
import { leasesDirectory, type NetworkPlace } from './store/place.ts';

export interface PlannedEndpoint {
  readonly endpoint: Endpoint;
  readonly because: string;
  /** It has the addresses that it had at its last start. */
  readonly returns: boolean;
}

/** The part of a launch that its endpoints need; what the networks themselves lack comes as `before`. */
export function planEndpoints(
  place: NetworkPlace,
  planned: readonly PlannedEndpoint[],
  hasIpv6: boolean,
): Pick<NetworkPlan, 'host' | 'child' | 'cleanup'> {
  const host: Op[] = [];
  const child: Op[] = [];
  const cleanup: Op[] = [];
  planned.forEach(({ endpoint, because, returns }) => {
    const options = { because, returns, hasIpv6 };
    const ops = endpointOps(endpoint, options);
    host.push(...ops.host);
    child.push(...ops.child);
    cleanup.push(...releaseOps(place, endpoint));
  });
  return { host, child, cleanup };
}

/** What makes one endpoint, by the driver of its network. */
export function endpointOps(endpoint: Endpoint, options: EndpointOptions): EndpointOps {
  return endpoint.network.driver === 'bridge'
    ? bridgeEndpointOps(endpoint, options)
    : subInterfaceEndpointOps(endpoint, options);
}

/** Clean-up stage: the addresses are free again. The veth goes with its namespace. */
export function releaseOps(place: NetworkPlace, endpoint: Endpoint): Op[] {
  const directory = leasesDirectory(place, endpoint.network.name);
  const because = 'its address is free for others';
  return leasedAddresses(endpoint).map((address) => {
    // It may have left the network meanwhile, and somebody else have come to its address.
    const target = endpoint.containerId;
    return { op: 'unlink_link', stage: 'cleanup', because, at: -1, path: `${directory}/${address}`, target };
  });
}
