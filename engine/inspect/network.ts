import type { Endpoint, PortMapping } from '../../spec/network.ts';
import type { InspectFacts } from './facts.ts';

/** `NetworkSettings`: where a running container is on networks; a stopped one is nowhere. */
export function networkSection({ config, state, network }: InspectFacts) {
  const { process } = state;
  const { endpoints = [], ports = [] } = process === undefined ? {} : (network ?? {});
  const networks = endpoints.map((endpoint) => [endpoint.network.name, endpointSection(endpoint)] as const);
  const hasOwn = process !== undefined && config.namespaces.network.kind !== 'host';
  const [first] = endpoints;
  return {
    ...addressFields(first),
    Bridge: '',
    SandboxID: '',
    HairpinMode: false,
    LinkLocalIPv6Address: '',
    LinkLocalIPv6PrefixLen: 0,
    Ports: portBindings(ports),
    SandboxKey: hasOwn ? `/proc/${process.pid}/ns/net` : '',
    Networks: Object.fromEntries(networks),
  };
}

/** `80/tcp` → where on the host it is published. */
export function portBindings(ports: readonly PortMapping[]): Record<string, { HostIp: string; HostPort: string }[]> {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { protocol, containerPort, hostIp, hostPort } of ports) {
    const name = `${containerPort}/${protocol}`;
    (bindings[name] ??= []).push({ HostIp: hostIp, HostPort: hostPort === 0 ? '' : String(hostPort) });
  }
  return bindings;
}

function endpointSection(endpoint: Endpoint) {
  return {
    ...addressFields(endpoint),
    NetworkID: endpoint.network.id,
    DriverOpts: null,
    IPAMConfig: null,
    Links: null,
    Aliases: [...endpoint.aliases, endpoint.containerId.slice(0, 12)],
  };
}

function addressFields(endpoint: Endpoint | undefined) {
  const v4 = split(endpoint?.ip);
  const v6 = split(endpoint?.ip6);
  return {
    EndpointID: '',
    Gateway: gatewayOf(endpoint, endpoint?.ip),
    IPAddress: v4.address,
    IPPrefixLen: v4.prefix,
    IPv6Gateway: gatewayOf(endpoint, endpoint?.ip6),
    GlobalIPv6Address: v6.address,
    GlobalIPv6PrefixLen: v6.prefix,
    MacAddress: endpoint?.mac ?? '',
  };
}

function split(text: string | undefined): { readonly address: string; readonly prefix: number } {
  if (text === undefined) return { address: '', prefix: 0 };
  const slash = text.indexOf('/');
  return { address: text.slice(0, slash), prefix: Number(text.slice(slash + 1)) };
}

function gatewayOf(endpoint: Endpoint | undefined, address: string | undefined): string {
  if (endpoint === undefined || address === undefined) return '';
  const isV6 = address.includes(':');
  return endpoint.network.subnets.find(({ subnet }) => subnet.includes(':') === isV6)?.gateway ?? '';
}
