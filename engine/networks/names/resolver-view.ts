import { readKernelFile } from '../../../kernel/files.ts';
import { leasedAddresses } from '../../../network/endpoints.ts';
import { listLeases } from '../../../network/leases/sweep.ts';
import { readResolvConf, UPSTREAM_RESOLV_CONF } from '../../../network/names/resolv-conf.ts';
import type { ZoneEndpoint, ZoneNetwork, ZoneView } from '../../../network/resolver/zone.ts';
import { listNetworks } from '../../../network/store/read.ts';
import type { NetworkConfig } from '../../../spec/network.ts';
import { readRecord } from '../../records/record.ts';
import type { World } from '../../world.ts';
import { readEndpoints } from '../endpoint-record.ts';

/** What the resolver answers from: the networks with names, and whoever has an address on one of them. */
export function resolverView(world: World): ZoneView {
  const networks = listNetworks(world).filter(hasNames);
  const holders = new Set(networks.flatMap(({ name }) => listLeases(world, name).map(({ holder }) => holder)));
  return {
    networks: networks.map(zoneNetwork),
    endpoints: [...holders].flatMap((id) => endpointsOf(world, id)),
    hostServers: hostServers(),
  };
}

/** Networks whose containers find each other by name. */
export function hasNames({ driver, dnsEnabled }: NetworkConfig): boolean {
  return driver === 'bridge' && dnsEnabled;
}

export function gatewaysOf({ subnets }: NetworkConfig): string[] {
  return subnets.map(({ gateway }) => gateway).filter((gateway) => gateway !== undefined);
}

function zoneNetwork(network: NetworkConfig): ZoneNetwork {
  const { name, internal, dnsServers } = network;
  return { name, internal, gateways: gatewaysOf(network), servers: dnsServers };
}

/** A container that is just going, or whose record is damaged, has no names. */
function endpointsOf(world: World, id: string): ZoneEndpoint[] {
  try {
    const record = readRecord(world, id);
    if (record === undefined) return [];
    const { config, paths } = record;
    return readEndpoints(world, config, paths).endpoints.map((endpoint) => ({
      containerId: id,
      names: [config.name, ...endpoint.aliases],
      network: endpoint.network.name,
      addresses: leasedAddresses(endpoint),
      servers: config.names?.servers ?? [],
    }));
  } catch {
    return [];
  }
}

/** Unlike a container, this process reaches resolvers on the host's loopback; not those that systemd-resolved asks itself, unless there is nothing else. */
function hostServers(): readonly string[] {
  const { servers } = readResolvConf(readKernelFile('/etc/resolv.conf') ?? '');
  return servers.length > 0 ? servers : readResolvConf(readKernelFile(UPSTREAM_RESOLV_CONF) ?? '').servers;
}
