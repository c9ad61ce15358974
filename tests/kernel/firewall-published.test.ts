/** Published ports, asked for by real programs from every side. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { ensureFirewallOps } from '../../network/firewall/restore-ops.ts';
import { hairpinOps } from '../../network/ports/hairpin-ops.ts';
import { publishOps, unpublishOps } from '../../network/ports/publish-ops.ts';
import type { PortMapping } from '../../spec/network.ts';
import { Scratch, run, started, supervised, type Run } from './native-harness.ts';
import { cable, TestHost } from './test-hosts.ts';
import { testContainer, testNetwork, type TestContainer } from './test-network.ts';

setDefaultTimeout(30_000);

const scratch = new Scratch();
const hosts: TestHost[] = [];
let lan: TestHost;
let host: TestHost;
let web: TestContainer;
let neighbour: TestContainer;
let other: TestContainer;
let monitor: Run;

const port = (
  protocol: PortMapping['protocol'],
  hostPort: number,
  containerPort: number,
  hostIp = '',
): PortMapping => ({
  protocol,
  hostIp,
  hostPort,
  containerPort,
});
const PORTS = [
  port('tcp', 8080, 80),
  port('tcp', 8081, 81),
  port('udp', 5353, 53),
  port('tcp', 8082, 80, '192.168.7.1'),
  port('tcp', 8083, 80, '127.0.0.1'),
  port('tcp', 8084, 80, '::1'),
];

beforeAll(async () => {
  lan = new TestHost('lan');
  host = new TestHost('host');
  cable(lan, 'eth0 192.168.7.2/24 fd07::2/64', host, 'eth0 192.168.7.1/24 fd07::1/64');
  const [one, two] = [testNetwork(host, 1), testNetwork(host, 2)];
  web = testContainer(host, one, 2);
  neighbour = testContainer(host, one, 3);
  other = testContainer(host, two, 2);
  hosts.push(lan, host, web.host, neighbour.host, other.host);
  host.sysctl('ipv4/ip_forward', '1');
  host.sysctl('ipv6/conf/all/forwarding', '1');
  await Promise.all([
    web.host.answers('tcp', 80),
    web.host.answers('http', 81),
    web.host.answers('udp', 53),
    lan.answers('tcp', 9000),
  ]);
  expect(await host.carriesOut(ensureFirewallOps({ table: 'limpid', networks: [one, two], published: [] }))).toEqual({
    type: 6,
    text: '',
  });
  const plan = supervised(scratch, 'read line', {
    stdin: true,
    before: [...publishOps('limpid', web.endpoint, PORTS), ...hairpinOps(web.endpoint)],
    after: unpublishOps('limpid', web.endpoint, PORTS),
  });
  monitor = run(host.onThisHost(plan));
  started(monitor.control);
});

afterAll(async () => {
  for (const one of hosts) await one.drop();
  scratch.drop();
});

const REFUSED = 'nothing, exit code 1';

const SIDES = (): readonly (readonly [string, TestHost, string, string])[] => [
  ['from another machine', lan, '192.168.7.1', '192.168.7.2'],
  ['from the host, at its own address', host, '192.168.7.1', '192.168.7.1'],
  ['from the host, at 127.0.0.1', host, '127.0.0.1', '10.88.1.1'],
  ['from the host, anywhere on its loopback', host, '127.9.8.7', '10.88.1.1'],
  ['from the host, at the gateway', host, '10.88.1.1', '10.88.1.1'],
  ['from a neighbour, by the host’s address', neighbour.host, '192.168.7.1', '10.88.1.1'],
  ['from the container itself', web.host, '192.168.7.1', '10.88.1.1'],
  ['from a container of another network', other.host, '192.168.7.1', '10.88.1.1'],
  ['from another network, at its own gateway', other.host, '10.88.2.1', '10.88.1.1'],
  ['IPv6: from another machine', lan, 'fd07::1', 'fd07::2'],
  ['IPv6: from the host, at its own address', host, 'fd07::1', 'fd07::1'],
  ['IPv6: from the host, at ::1', host, '::1', 'fd00:88:1::1'],
  ['IPv6: from a neighbour, by the host’s address', neighbour.host, 'fd07::1', 'fd00:88:1::1'],
  ['IPv6: from the container itself', web.host, 'fd07::1', 'fd00:88:1::1'],
  ['IPv6: from a container of another network', other.host, 'fd07::1', 'fd00:88:1::1'],
];

test.each([
  ['without br_netfilter', '0'],
  ['with br_netfilter, which Docker loads', '1'],
])('from every side by tcp, udp and http, %s', async (_, filtered) => {
  for (const family of ['iptables', 'ip6tables']) host.sysctl(`bridge/bridge-nf-call-${family}`, filtered);
  const answers = SIDES().map(async ([side, who, address]) => {
    const url = `http://${address.includes(':') ? `[${address}]` : address}:8081/`;
    const [tcp, udp, http] = await Promise.all([
      who.asks(address, 8080),
      who.asks(address, 5353, '-u'),
      who.runs(`curl -sS --max-time 5 ${url}`),
    ]);
    return [side, tcp, udp, http.out];
  });
  const expected = SIDES().map(([side, , , seen]) => [side, `${seen} tcp`, `${seen} udp 3000`, `${seen} http\n`]);
  expect(await Promise.all(answers)).toEqual(expected);
});

test('a port of one address is at no other', async () => {
  expect(await lan.asks('192.168.7.1', 8082)).toBe('192.168.7.2 tcp');
  expect(await host.asks('192.168.7.1', 8082)).toBe('192.168.7.1 tcp');
  expect(await host.asks('127.0.0.1', 8082)).toBe(REFUSED);
  expect(await lan.asks('fd07::1', 8082)).toBe(REFUSED);
});

test('a port of the loopback is for the host alone', async () => {
  expect(await host.asks('127.0.0.1', 8083)).toBe('10.88.1.1 tcp');
  expect(await host.asks('::1', 8084)).toBe('fd00:88:1::1 tcp');
  expect(await lan.asks('192.168.7.1', 8083)).toBe(REFUSED);
  expect(await host.asks('192.168.7.1', 8083)).toBe(REFUSED);
});

test('the container reaches the outside with the host’s address', async () => {
  expect(await web.host.asks('192.168.7.2', 9000)).toBe('192.168.7.1 tcp');
  expect(await web.host.asks('fd07::2', 9000)).toBe('fd07::1 tcp');
});

test('what is not published is reached from the host and the other networks, and not from another machine', async () => {
  lan.does('ip route add 10.88.0.0/16 via 192.168.7.1');
  expect(await host.asks('10.88.1.2', 80)).toBe('10.88.1.1 tcp');
  expect(await other.host.asks('10.88.1.2', 80)).toBe('10.88.1.1 tcp');
  const asked = [80, 8080].map((containerPort) => lan.asks('10.88.1.2', containerPort, '-w', '1'));
  expect(await Promise.all(asked)).toEqual([REFUSED, REFUSED]);
});

test('no interface is told to route what belongs to the loopback', () => {
  expect(host.does('cat /proc/sys/net/ipv4/conf/limpid1/route_localnet')).toBe('0\n');
  expect(host.does('cat /proc/sys/net/ipv4/conf/all/route_localnet')).toBe('0\n');
});

test('a program of the host cannot have a published port', async () => {
  const { code, err } = await host.runs('nc -l 127.0.0.1 8080');
  expect({ code, err }).toEqual({ code: 1, err: 'nc: Address already in use\n' });
});

test('when the container ends, the host has its ports back and the maps are empty', async () => {
  monitor.control.send(16, 'end\n');
  expect(monitor.control.rest().exit).toBe('0 0 0');
  expect(host.does('nft list table inet limpid')).not.toContain('c1x2');
  expect(await lan.asks('192.168.7.1', 8080)).toBe(REFUSED);
  await host.answers('tcp', 8080);
  expect(await lan.asks('192.168.7.1', 8080)).toBe('192.168.7.2 tcp');
});
