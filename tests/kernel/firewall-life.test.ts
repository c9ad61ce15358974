/** Our table beside the firewalls of others, and after somebody has flushed everything. */
import { afterAll, afterEach, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import type { FirewallIntent } from '../../network/firewall/intent.ts';
import { ensureFirewallOps, removeFirewallOps, restoreOps } from '../../network/firewall/restore-ops.ts';
import { networkFirewallOps } from '../../network/firewall/network-firewall-ops.ts';
import { firewallOp } from '../../network/firewall/firewall-op.ts';
import { placeElements, takeElements } from '../../network/firewall/place-elements.ts';
import { portElements } from '../../network/ports/port-elements.ts';
import type { NetworkConfig, PortMapping } from '../../spec/network.ts';
import { cable, TestHost } from './test-hosts.ts';
import { testContainer, testNetwork, type TestContainer } from './test-network.ts';

setDefaultTimeout(30_000);

const DONE = { type: 6, text: '' };
const PORTS: PortMapping[] = [
  { protocol: 'tcp', hostIp: '', hostPort: 8080, containerPort: 80 },
  { protocol: 'udp', hostIp: '', hostPort: 5353, containerPort: 53 },
  { protocol: 'tcp', hostIp: '127.0.0.1', hostPort: 8081, containerPort: 80 },
];
let lan: TestHost;
let host: TestHost;
let network: NetworkConfig;
let web: TestContainer;
let intent: FirewallIntent;

beforeAll(async () => {
  lan = new TestHost('lan');
  host = new TestHost('host');
  cable(lan, 'eth0 192.168.7.2/24', host, 'eth0 192.168.7.1/24');
  host.sysctl('ipv4/ip_forward', '1');
  network = testNetwork(host, 1);
  web = testContainer(host, network, 2);
  await Promise.all([web.host.answers('tcp', 80), host.answers('tcp', 7000)]);
  intent = { table: 'limpid', networks: [network], published: [{ endpoint: web.endpoint, ports: PORTS }] };
});

afterEach(() => host.does('nft flush ruleset'));

afterAll(async () => {
  for (const one of [lan, host, web.host]) await one.drop();
});

const CLOSED = 'nothing, exit code 1';
const ruleset = () => host.does('nft list ruleset');

test.each([
  ['drops what it forwards', 'chain forward { type filter hook forward priority 0; policy drop; }'],
  ['drops it later', 'chain later { type filter hook forward priority 500; policy accept; tcp dport 80 drop; }'],
  [
    'drops it on arrival',
    'chain early { type filter hook prerouting priority -150; policy accept; tcp dport 8080 drop; }',
  ],
])('what a firewall of the host closes stays closed: one that %s', async (_, chain) => {
  expect(await host.carriesOut(ensureFirewallOps(intent))).toEqual(DONE);
  expect(await lan.asks('192.168.7.1', 8080)).toBe('192.168.7.2 tcp');
  host.does('nft -f -', `table ip others {\n${chain.replaceAll(/[{;] /g, (end) => `${end.trim()}\n`)}\n}\n`);
  expect(await lan.asks('192.168.7.1', 8080, '-w', '1')).toBe(CLOSED);
  // The host itself does not come by there.
  expect(await host.asks('127.0.0.1', 8080)).toBe('10.88.1.1 tcp');
});

test('ports of the host are neither opened nor closed', async () => {
  const input =
    'table ip others {\nchain input { type filter hook input priority 0; policy accept;\ntcp dport 7000 drop\n}\n}\n';
  expect(await lan.asks('192.168.7.1', 7000)).toBe('192.168.7.2 tcp');
  expect(await host.carriesOut(ensureFirewallOps(intent))).toEqual(DONE);
  expect(await lan.asks('192.168.7.1', 7000)).toBe('192.168.7.2 tcp');
  host.does('nft -f -', input);
  expect(await lan.asks('192.168.7.1', 7000, '-w', '1')).toBe(CLOSED);
});

test('one table is made and nothing else; it is taken away whole', async () => {
  expect(ruleset()).toBe('');
  await host.carriesOut(ensureFirewallOps(intent));
  expect(ruleset().match(/^table .*$/gm)).toEqual(['table inet limpid {']);
  expect(await host.carriesOut(removeFirewallOps('limpid'))).toEqual(DONE);
  expect(ruleset()).toBe('');
  expect(await host.carriesOut(removeFirewallOps('limpid'))).toEqual(DONE);
});

test('after a flush nothing is open that was not, and the table comes back as it was', async () => {
  await host.carriesOut(ensureFirewallOps(intent));
  const before = ruleset();
  expect(before).toContain('tcp . 8080 comment "c1x2');
  host.does('nft flush ruleset');
  expect(await lan.asks('192.168.7.1', 8080)).toBe(CLOSED);
  expect(await host.asks('127.0.0.1', 8080)).toBe(CLOSED);
  // What adds to a table says that there is none.
  expect(await host.carriesOut(networkFirewallOps('limpid', network))).toMatchObject({ type: 4, text: '2 2 netlink' });
  expect(await host.carriesOut(ensureFirewallOps(intent))).toEqual(DONE);
  expect(ruleset()).toBe(before);
  // Again, as another start might.
  expect(await host.carriesOut(ensureFirewallOps(intent))).toEqual(DONE);
  expect(ruleset()).toBe(before);
});

test('a restored table has what is wanted and nothing else', async () => {
  await host.carriesOut(ensureFirewallOps(intent));
  const before = ruleset();
  host.does('nft add rule inet limpid forward drop');
  host.does('nft add element inet limpid published4_any { tcp . 9999 : 10.88.1.9 . 9 }');
  host.does('nft flush chain inet limpid publish');
  expect(await host.carriesOut(restoreOps(intent))).toEqual(DONE);
  expect(ruleset()).toBe(before);
});

test('a restoration is refused where somebody has changed the ruleset since the intent was read', async () => {
  await host.carriesOut(ensureFirewallOps(intent));
  const before = ruleset();
  const ERESTART = 85;
  const refused = await host.carriesOut(restoreOps({ table: 'limpid', networks: [], published: [] }, 1));
  expect(refused).toEqual({ type: 4, text: `2 ${ERESTART} netlink` });
  expect(ruleset()).toBe(before);
});

test('elements are taken away whether or not they are there, and never somebody else’s', async () => {
  const elements = portElements(web.endpoint, PORTS);
  await host.carriesOut(ensureFirewallOps({ table: 'limpid', networks: [network], published: [] }));
  const empty = ruleset();
  const apply = (changes: Parameters<typeof firewallOp>[0]) => host.carriesOut(firewallOp(changes, 'test'));
  expect(await apply(takeElements('limpid', elements))).toEqual(DONE);
  expect(ruleset()).toBe(empty);
  expect(await apply(placeElements('limpid', elements))).toEqual(DONE);
  expect(await apply(takeElements('limpid', elements))).toEqual(DONE);
  expect(ruleset()).toBe(empty);
  const another = portElements({ ...web.endpoint, ip: '10.88.1.7/24' }, PORTS);
  await apply(placeElements('limpid', another));
  const full = ruleset();
  const EEXIST = 17;
  expect(await apply(takeElements('limpid', elements))).toEqual({ type: 4, text: `2 ${EEXIST} netlink` });
  expect(ruleset()).toBe(full);
  // Known to be a dead one's, they are replaced, also where its monitor has taken them out in the meantime.
  for (const meanwhile of [[], takeElements('limpid', another)]) {
    await apply(takeElements('limpid', elements));
    await apply([...placeElements('limpid', another), ...meanwhile]);
    expect(await apply([...takeElements('limpid', another), ...placeElements('limpid', elements)])).toEqual(DONE);
    expect(ruleset()).toContain('10.88.1.2 . 80');
    expect(ruleset()).not.toContain('10.88.1.7');
  }
});

test('a thousand ports fit in one transaction, and in one lookup', async () => {
  const many = Array.from({ length: 1000 }, (_, index): PortMapping => {
    return { protocol: 'tcp', hostIp: '', hostPort: 20_000 + index, containerPort: 80 };
  });
  await host.carriesOut(ensureFirewallOps(intent));
  const rules = () => host.does('nft list chain inet limpid publish');
  const before = rules();
  expect(await host.carriesOut(firewallOp(placeElements('limpid', portElements(web.endpoint, many)), 'test'))).toEqual(
    DONE,
  );
  expect(rules()).toBe(before);
  for (const port of [20_000, 20_999]) expect(await lan.asks('192.168.7.1', port)).toBe('192.168.7.2 tcp');
});
