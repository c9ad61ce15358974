import type { NetworkSummary } from '../../engine/networks/list.ts';
import { asMap } from '../template/value.ts';

/** Headings of `network ls --format 'table …'` that are not the field's name in capitals. */
export const NETWORK_HEADINGS: Readonly<Record<string, string>> = { ID: 'NETWORK ID' };

/** The fields of podman's `network ls`. */
export function networkRow(network: NetworkSummary, noTrunc: boolean) {
  return {
    ID: noTrunc ? network.id : network.id.slice(0, 12),
    Name: network.name,
    Driver: network.driver,
    NetworkInterface: network.interfaceName,
    Created: network.created,
    Subnets: network.subnets.map(({ subnet, gateway, leaseRange }) => ({
      Subnet: subnet,
      Gateway: gateway ?? null,
      LeaseRange: leaseRange === undefined ? null : { StartIP: leaseRange.start, EndIP: leaseRange.end },
    })),
    IPv6Enabled: network.ipv6,
    Internal: network.internal,
    DNSEnabled: network.dnsEnabled,
    Labels: words(network.labels),
    Options: asMap(network.options),
    IPAMOptions: asMap({ driver: network.subnets.length === 0 ? 'none' : 'host-local' }),
  };
}

function words(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
