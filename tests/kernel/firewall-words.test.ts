/** What we send the kernel is what nft(8) makes of the same words: our encoder against another one. */
import { afterAll, expect, test } from 'bun:test';
import { nftCommands } from '../../abi/nftables/nft-commands.ts';
import { ensureFirewallOps, networkRemovalOps } from '../../network/firewall/restore-ops.ts';
import { publishOps, unpublishOps } from '../../network/ports/publish-ops.ts';
import type { Op } from '../../plan/ops.ts';
import type { Endpoint, NetworkConfig, PortMapping } from '../../spec/network.ts';
import { TestHost } from './test-hosts.ts';

const ours = new TestHost('ours');
const theirs = new TestHost('theirs');
afterAll(async () => {
  for (const host of [ours, theirs]) await host.drop();
});

const network = (number: number, more: Partial<NetworkConfig> = {}): NetworkConfig => ({
  name: `net${number}`,
  id: '0',
  driver: 'bridge',
  interfaceName: `limpid${number}`,
  created: '',
  subnets: [
    { subnet: `10.${number}.0.0/16`, gateway: `10.${number}.0.1` },
    { subnet: `fd00:${number}::/64`, gateway: `fd00:${number}::1` },
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
});
const NETWORKS = [network(1), network(2, { internal: true, isolate: 'strict' }), network(3, { isolate: true })];
const ENDPOINT: Endpoint = {
  containerId: 'c'.repeat(64),
  containerName: 'web',
  network: NETWORKS[0]!,
  interfaceName: 'eth0',
  hostInterface: 'lim1',
  mac: '',
  ip: '10.1.0.2/16',
  ip6: 'fd00:1::2/64',
  aliases: [],
};
const port = (protocol: PortMapping['protocol'], hostIp: string, hostPort: number): PortMapping => ({
  protocol,
  hostIp,
  hostPort,
  containerPort: 80,
});
const PORTS = [
  port('tcp', '', 8080),
  port('udp', '::1', 53),
  port('sctp', '127.0.0.1', 9),
  port('tcp', '192.0.2.1', 443),
];
const INTENT = { table: 'limpid', networks: NETWORKS, published: [{ endpoint: ENDPOINT, ports: PORTS }] };
const MORE = [port('tcp', '', 1), port('tcp', '::1', 2)];

const firewall = (ops: readonly Op[]) => ops.filter((op): op is Op<'netlink'> => op.op === 'netlink');

test.each<[string, readonly Op[]]>([
  ['the whole table', ensureFirewallOps(INTENT)],
  ['a network less', networkRemovalOps(NETWORKS[1]!, { ...INTENT, networks: [NETWORKS[0]!, NETWORKS[2]!] })],
  ['ports published', publishOps('limpid', ENDPOINT, MORE)],
  ['ports taken back', unpublishOps('limpid', ENDPOINT, PORTS)],
])('%s', async (_, ops) => {
  for (const op of firewall(ops)) {
    const sent = { ...op, stage: 'host' } as const;
    expect(await ours.carriesOut([sent])).toEqual({ type: 6, text: '' });
    theirs.does('nft -f -', `${nftCommands(op.message)!.join('\n')}\n`);
  }
  const made = theirs.does('nft list ruleset');
  expect(made).toStartWith('table inet limpid {');
  expect(ours.does('nft list ruleset')).toBe(made);
  expect(steps(ours)).toEqual(steps(theirs));
});

/** What `nft list` rounds off: the elements in some order, and the steps of every rule, but for which register has what. */
function steps(host: TestHost): { readonly elements: string[]; readonly rules: string[] } {
  const lines = host.does('nft --debug=netlink list table inet limpid').split('\n');
  return {
    elements: lines.filter((line) => line.startsWith('\telement')).sort(),
    rules: lines.filter((line) => line.startsWith('  [')).map((line) => line.replaceAll(/reg \d+/g, 'reg')),
  };
}
