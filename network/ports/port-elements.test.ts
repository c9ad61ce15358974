import { expect, test } from 'bun:test';
import type { Endpoint, NetworkConfig, PortMapping } from '../../spec/network.ts';
import { networkElements } from '../firewall/network-elements.ts';
import { portElements } from './port-elements.ts';
import { reservePorts } from './reserve-ports.ts';

const network: NetworkConfig = {
  name: 'limpid',
  id: '0',
  driver: 'bridge',
  interfaceName: 'limpid0',
  created: '',
  subnets: [{ subnet: '10.88.0.0/16', gateway: '10.88.0.1' }, { subnet: 'fd00::/64' }],
  ipv6: true,
  internal: false,
  isolate: false,
  dnsEnabled: false,
  dnsServers: [],
  noDefaultRoute: false,
  routes: [],
  labels: {},
  options: {},
};
const endpoint: Endpoint = {
  containerId: '0123456789abcdef',
  containerName: 'web',
  network,
  interfaceName: 'eth0',
  hostInterface: 'lim',
  mac: '',
  ip: '10.88.0.2/16',
  aliases: [],
};
const port = (hostIp: string, protocol: PortMapping['protocol'] = 'tcp'): PortMapping => ({
  protocol,
  hostIp,
  hostPort: 8080,
  containerPort: 80,
});
const SERVICE = [6, 0, 0, 0, 0x1f, 0x90, 0, 0];
const shown = (one: Endpoint, mapping: PortMapping) =>
  portElements(one, [mapping]).map(({ set, key, value }) => [set, [...key], [...value!]]);

test('on every address: one element, and one for the way from the loopback', () => {
  expect(shown(endpoint, port(''))).toEqual([
    ['published4_any', SERVICE, [10, 88, 0, 2, 0, 80, 0, 0]],
    ['gates4_any', SERVICE, [10, 88, 0, 1]],
  ]);
  expect(shown(endpoint, port('0.0.0.0'))).toEqual(shown(endpoint, port('')));
  expect(portElements(endpoint, [port('')])[0]!.comment).toBe('0123456789ab web');
});

test('on one address: a gate only where that is the loopback', () => {
  expect(shown(endpoint, port('192.0.2.1'))).toEqual([
    ['published4', [192, 0, 2, 1, ...SERVICE], [10, 88, 0, 2, 0, 80, 0, 0]],
  ]);
  expect(shown(endpoint, port('127.0.0.1')).map(([set]) => set)).toEqual(['published4', 'gates4']);
});

test('IPv6 for containers that have it; no gate without a gateway', () => {
  expect(shown(endpoint, port('::1'))).toEqual([]);
  const both = { ...endpoint, ip6: 'fd00::2/64' };
  expect(shown(both, port('')).map(([set]) => set)).toEqual(['published4_any', 'gates4_any', 'published6_any']);
  expect(shown(both, port('::')).map(([set]) => set)).toEqual(['published6_any']);
});

test('a socket a port and family', () => {
  const addresses = (one: Endpoint, mapping: PortMapping) =>
    reservePorts(one, [mapping]).map((op) =>
      op.op === 'reserve_port' ? [op.domain, op.type, op.protocol, [...op.address]] : op,
    );
  const zeros = (count: number) => Array.from({ length: count }, () => 0);
  expect(addresses(endpoint, port(''))).toEqual([[2, 1, 6, [2, 0, 0x1f, 0x90, ...zeros(12)]]]);
  expect(addresses({ ...endpoint, ip6: 'fd00::2/64' }, port('', 'udp'))).toEqual([
    [2, 2, 17, [2, 0, 0x1f, 0x90, ...zeros(12)]],
    [10, 2, 17, [10, 0, 0x1f, 0x90, ...zeros(24)]],
  ]);
  expect(addresses(endpoint, port('', 'sctp'))).toEqual([[2, 5, 132, [2, 0, 0x1f, 0x90, ...zeros(12)]]]);
});

test('a network’s elements', () => {
  const sets = (more: Partial<NetworkConfig>) => networkElements({ ...network, ...more }).map(({ set }) => set);
  expect(sets({})).toEqual(['bridges', 'masqueraded', 'within', 'subnets4', 'subnets6']);
  expect(sets({ internal: true, isolate: true }).slice(0, 3)).toEqual(['bridges', 'internal', 'isolated']);
  expect(sets({ isolate: 'strict' })[2]).toBe('strict');
  expect(sets({ driver: 'macvlan' })).toEqual([]);
});
