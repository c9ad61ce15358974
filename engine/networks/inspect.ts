import { parseSubnet } from '../../abi/ip/subnet.ts';
import { readKernelFile } from '../../kernel/files.ts';
import type { Endpoint, NetworkConfig } from '../../spec/network.ts';
import { listContainers } from '../containers/list.ts';
import type { World } from '../world.ts';
import { readEndpoints } from './endpoint-record.ts';
import { requireNetwork } from './list.ts';

/** `limpid network inspect`: podman's fields, and what limpid changes of this machine for it. */
export type NetworkDocument = Awaited<ReturnType<typeof inspectNetwork>>;

/** All that is known of a network, with the containers that run on it. Throws ENONETWORK. */
export async function inspectNetwork(world: World, reference: string) {
  const network = await requireNetwork(world, reference);
  return { ...networkDocument(network), containers: containersOn(world, network), host_changes: hostChanges(network) };
}

/** The fields that are stored, under podman's names. */
export function networkDocument(network: NetworkConfig) {
  const { driver, interfaceName, routes, dnsServers } = network;
  return {
    name: network.name,
    id: network.id,
    driver,
    network_interface: interfaceName,
    created: network.created,
    subnets: network.subnets.map(({ subnet, gateway, leaseRange }) => ({
      subnet,
      ...(gateway === undefined ? {} : { gateway }),
      ...(leaseRange === undefined ? {} : { lease_range: { start_ip: leaseRange.start, end_ip: leaseRange.end } }),
    })),
    ...(routes.length === 0 ? {} : { routes }),
    ipv6_enabled: network.ipv6,
    internal: network.internal,
    dns_enabled: network.dnsEnabled,
    ...(dnsServers.length === 0 ? {} : { network_dns_servers: dnsServers }),
    ...(Object.keys(network.labels).length === 0 ? {} : { labels: network.labels }),
    ...(Object.keys(network.options).length === 0 ? {} : { options: network.options }),
    ipam_options: { driver: network.subnets.length === 0 ? 'none' : 'host-local' },
  };
}

function containersOn(world: World, network: NetworkConfig) {
  const containers: Record<string, object> = {};
  for (const { config, paths, state } of listContainers(world)) {
    if (state.process === undefined) continue;
    const endpoint = readEndpoints(world, config, paths).endpoints.find((one) => one.network.id === network.id);
    if (endpoint !== undefined)
      containers[config.id] = {
        name: config.name,
        interfaces: { [endpoint.interfaceName]: interfaceDocument(endpoint) },
      };
  }
  return containers;
}

function interfaceDocument({ ip, ip6, mac, network }: Endpoint) {
  const subnets = [ip, ip6]
    .filter((text) => text !== undefined)
    .map((ipnet) => {
      const gateway = network.subnets.find(({ subnet }) => subnet.includes(':') === ipnet.includes(':'))?.gateway;
      return { ipnet, ...(gateway === undefined ? {} : { gateway }) };
    });
  return { subnets, mac_address: mac };
}

/** What is set on this machine for the network outside of our firewall table and our interfaces, and how it is now. */
function hostChanges({ driver, internal, subnets }: NetworkConfig): Record<string, string> {
  if (driver !== 'bridge' || internal) return {};
  const changes: Record<string, string> = {};
  const note = (name: string) =>
    (changes[name] = readKernelFile(`/proc/sys/${name.replaceAll('.', '/')}`)?.trim() ?? '');
  if (subnets.some(({ subnet }) => parseSubnet(subnet)!.address.length === 4)) note('net.ipv4.ip_forward');
  if (subnets.some(({ subnet }) => parseSubnet(subnet)!.address.length === 16)) note('net.ipv6.conf.all.forwarding');
  return changes;
}
