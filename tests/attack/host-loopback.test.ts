/**
 * CVE-2020-8558: an engine that has its bridge route the loopback's addresses (route_localnet), to publish ports at
 * 127.0.0.1, lets containers and neighbours of the host reach what listens there. Ports are published there without.
 * And a packet to 127.0.0.1 that comes by a cable is led to no container, though maps are asked before routing is.
 */
import { beforeAll, expect, test } from 'bun:test';
import { labNetwork } from '../cli/lab-network.ts';
import type { NetworkPlace } from '../kernel/test-hosts.ts';

const { host, lan, inside } = labNetwork();
const CLOSED = 'nothing, exit code 1';
let attacker: NetworkPlace;

beforeAll(async () => {
  const web = await inside('web', '--network=bridge', '-p', '127.0.0.1:8080:80');
  attacker = await inside('attacker', '--network=bridge:ip=10.88.0.66');
  await Promise.all([web.answers('tcp', 80), host.answers('tcp', 6000, '127.0.0.1')]);
  // With CAP_NET_ADMIN in the container, or a machine of one's own next to the host.
  const sendLoopbackTo: [NetworkPlace, string][] = [
    [attacker, '10.88.0.1'],
    [lan, '192.168.7.1'],
  ];
  for (const [place, gateway] of sendLoopbackTo) {
    place.sysctl('ipv4/conf/all/route_localnet', '1');
    place.does('ip route flush table local');
    place.does(`ip route replace local ${place === lan ? '192.168.7.2 dev eth0' : '10.88.0.66 dev eth0'} table local`);
    place.does(`ip route add 127.0.0.0/8 via ${gateway}`);
  }
});

test('the host reaches what is published there', async () => {
  expect(await host.asks('127.0.0.1', 8080)).toBe('10.88.0.1 tcp');
});

test.each([
  ['as it is', () => {}],
  ['after somebody has flushed the firewall', () => host.does('nft flush ruleset')],
])('what listens on the host’s loopback is reached by nobody else: %s', async (_, change) => {
  change();
  expect(await host.asks('127.0.0.1', 6000)).toBe('127.0.0.1 tcp');
  const asked = [attacker, lan].flatMap((place) =>
    [6000, 8080].map((port) => place.asks('127.0.0.1', port, '-w', '1')),
  );
  expect(await Promise.all(asked)).toEqual([CLOSED, CLOSED, CLOSED, CLOSED]);
});

test('the packets of this test do arrive, where an interface routes them', async () => {
  host.sysctl('ipv4/conf/limpid0/route_localnet', '1');
  expect(await attacker.asks('127.0.0.1', 6000)).toBe('10.88.0.66 tcp');
  host.sysctl('ipv4/conf/limpid0/route_localnet', '0');
});
