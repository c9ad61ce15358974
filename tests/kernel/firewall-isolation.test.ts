/** Who reaches whom between networks, internal and isolated ones among them, and the world outside. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test';
import { networkFirewallOps } from '../../network/firewall/network-firewall-ops.ts';
import { ensureFirewallOps, networkRemovalOps } from '../../network/firewall/restore-ops.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { cable, TestHost } from './test-hosts.ts';
import { testContainer, testNetwork } from './test-network.ts';

setDefaultTimeout(30_000);

const KINDS = {
  open: {},
  other: {},
  isolated: { isolate: true },
  isolated2: { isolate: true },
  strict: { isolate: 'strict' },
  internal: { internal: true },
} as const satisfies Record<string, Partial<NetworkConfig>>;
type Kind = keyof typeof KINDS;

const DONE = { type: 6, text: '' };
const networks = new Map<string, NetworkConfig>();
const places = new Map<string, { readonly host: TestHost; readonly ip: string; readonly ip6: string }>();
let host: TestHost;

beforeAll(async () => {
  host = new TestHost('host');
  const lan = new TestHost('lan');
  cable(lan, 'eth0 192.168.7.2/24 fd07::2/64', host, 'eth0 192.168.7.1/24 fd07::1/64');
  lan.does('ip route add 10.88.0.0/16 via 192.168.7.1');
  lan.does('ip -6 route add fd00:88::/32 via fd07::1');
  host.sysctl('ipv4/ip_forward', '1');
  host.sysctl('ipv6/conf/all/forwarding', '1');
  places.set('host', { host, ip: '192.168.7.1', ip6: 'fd07::1' });
  places.set('lan', { host: lan, ip: '192.168.7.2', ip6: 'fd07::2' });
  Object.entries(KINDS).forEach(([kind, more], index) => {
    const network = testNetwork(host, index + 1, more);
    networks.set(kind, network);
    for (const [last, name] of [
      [2, kind],
      [3, `${kind} neighbour`],
    ] as const) {
      const inside = testContainer(host, network, last).host;
      // Somebody in there could add routes; what the firewall does is tested, not what routes are missing.
      if (network.internal) {
        inside.does(`ip route add default via 10.88.${index + 1}.1`);
        inside.does(`ip -6 route add default via fd00:88:${index + 1}::1`);
      }
      places.set(name, { host: inside, ip: `10.88.${index + 1}.${last}`, ip6: `fd00:88:${index + 1}::${last}` });
    }
  });
  // The internal one comes last, as what it needs is not there without one.
  const open = [...networks.values()].filter(({ internal }) => !internal);
  expect(await host.carriesOut(ensureFirewallOps({ table: 'limpid', networks: open, published: [] }))).toEqual(DONE);
  expect(host.does('nft list chains')).not.toContain('hook input priority filter');
  expect(await host.carriesOut(networkFirewallOps('limpid', networks.get('internal')!))).toEqual(DONE);
  await Promise.all([...places.values()].map((place) => place.host.answers('tcp', 9000)));
});

afterAll(async () => {
  for (const place of places.values()) await place.host.drop();
});

/** Which of the places this one reaches, by IPv4 and IPv6 alike. */
async function reaches(name: string): Promise<string[]> {
  const from = places.get(name)!;
  const others = [...places].filter(([other]) => other !== name);
  const answers = await Promise.all(
    others.map(async ([other, { ip, ip6 }]) => {
      const said = await Promise.all([ip, ip6].map((address) => from.host.asks(address, 9000, '-w', '1')));
      const got = said.filter((text) => text.endsWith(' tcp')).length;
      return got === 1 ? `half of ${other}` : got === 2 ? other : '';
    }),
  );
  return answers.filter((text) => text !== '');
}

const OWN = (kind: Kind) => `${kind} neighbour`;

test.each<[Kind, string[]]>([
  [
    'open',
    ['host', 'lan', OWN('open'), 'other', OWN('other'), 'isolated', OWN('isolated'), 'isolated2', OWN('isolated2')],
  ],
  ['isolated', ['host', 'lan', 'open', OWN('open'), 'other', OWN('other'), OWN('isolated')]],
  ['strict', ['host', 'lan', OWN('strict')]],
  ['internal', [OWN('internal')]],
])('from a container on network %s', async (kind, expected) => {
  expect(await reaches(kind)).toEqual(expected);
});

test('from the host: everybody', async () => {
  expect(await reaches('host')).toEqual([...places.keys()].filter((name) => name !== 'host'));
});

test('from another machine: nobody, as nothing is published', async () => {
  expect(await reaches('lan')).toEqual(['host']);
});

test('an internal network reaches the host at its gateway alone', async () => {
  const { host: inside } = places.get('internal')!;
  expect(await inside.asks('10.88.6.1', 9000)).toBe('10.88.6.2 tcp');
  expect(await inside.asks('fd00:88:6::1', 9000)).toBe('fd00:88:6::2 tcp');
  const others = ['10.88.1.1', 'fd00:88:1::1'].map((address) => inside.asks(address, 9000, '-w', '1'));
  expect(await Promise.all(others)).toEqual(['nothing, exit code 1', 'nothing, exit code 1']);
});

test('a removed network leaves nothing in the table', async () => {
  const staying = [...networks.values()].filter(({ name }) => name !== 'net6');
  const ops = networkRemovalOps(networks.get('internal')!, { table: 'limpid', networks: staying, published: [] });
  expect(await host.carriesOut(ops)).toEqual(DONE);
  const table = host.does('nft list table inet limpid');
  expect(table).not.toContain('limpid6');
  expect(table).toContain('limpid5');
});
