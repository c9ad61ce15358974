/** Containers of the test hosts, made by `ip` as the engine would make them. */
import type { Endpoint, NetworkConfig } from '../../spec/network.ts';
import { bridge, cable, TestHost } from './test-hosts.ts';

/** A bridge on a host: `number` gives its interface and subnets, 10.88.NUMBER.0/24 and fd00:88:NUMBER::/64. */
export function testNetwork(host: TestHost, number: number, more: Partial<NetworkConfig> = {}): NetworkConfig {
  const gateways = [`10.88.${number}.1`, `fd00:88:${number}::1`] as const;
  const interfaceName = `limpid${number}`;
  bridge(host, interfaceName, `${gateways[0]}/24`, `${gateways[1]}/64`);
  return {
    name: `net${number}`,
    id: String(number).repeat(64),
    driver: 'bridge',
    interfaceName,
    created: '2026-01-01T00:00:00Z',
    subnets: [
      { subnet: `10.88.${number}.0/24`, gateway: gateways[0] },
      { subnet: `fd00:88:${number}::/64`, gateway: gateways[1] },
    ],
    ipv6: true,
    internal: false,
    isolate: false,
    dnsEnabled: false,
    dnsServers: [],
    noDefaultRoute: false,
    routes: [],
    labels: {},
    options: {},
    ...more,
  };
}

export interface TestContainer {
  readonly host: TestHost;
  readonly endpoint: Endpoint;
}

/** A container on that bridge: addresses .LAST and ::LAST, and a default route where the network has one. */
export function testContainer(host: TestHost, network: NetworkConfig, last: number): TestContainer {
  const number = network.interfaceName.slice('limpid'.length);
  const name = `c${number}x${last}`;
  const inside = new TestHost(name);
  const [ip, ip6] = [`10.88.${number}.${last}/24`, `fd00:88:${number}::${last}/64`];
  cable(host, name, inside, `eth0 ${ip} ${ip6}`);
  host.does(`ip link set ${name} master ${network.interfaceName}`);
  if (!network.internal) {
    inside.does(`ip route add default via 10.88.${number}.1`);
    inside.does(`ip -6 route add default via fd00:88:${number}::1`);
  }
  const endpoint: Endpoint = {
    containerId: name.padEnd(64, '0'),
    containerName: name,
    network,
    interfaceName: 'eth0',
    hostInterface: name,
    mac: '',
    ip,
    ip6,
    aliases: [],
  };
  return { host: inside, endpoint };
}
