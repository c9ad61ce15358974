/** Containers of the built program on several networks, and who reaches whom, with real programs on several hosts. */
import { beforeAll, expect, test } from 'bun:test';
import { mkdtempSync, rmSync } from 'node:fs';
import { cable, TestHost, type NetworkPlace } from '../kernel/test-hosts.ts';
import { labNetwork } from './lab-network.ts';
import { finish } from './limpid.ts';

const lab = labNetwork();
const { host, lan, says } = lab;
const CLOSED = 'nothing, exit code 1';

let web: NetworkPlace;
let neighbour: NetworkPlace;
let other: NetworkPlace;
let both: NetworkPlace;
let inner: NetworkPlace;

beforeAll(async () => {
  await says('network', 'create', '--subnet=10.91.0.0/24', '--ipv6', '--subnet=fd91::/64', 'front');
  await says('network', 'create', '--subnet=10.92.0.0/24', '--ipv6', '--subnet=fd92::/64', 'back');
  await says('network', 'create', '--subnet=10.93.0.0/24', '--internal', 'vault');
  web = await lab.inside(
    'web',
    '--network=front:ip=10.91.0.10,ip6=fd91::10',
    '-p',
    '8080:80',
    '-p',
    '5353:53/udp',
    '-p',
    '8082:82',
    '-p',
    '[fd07::1]:8083:80',
    '-p',
    '[::1]:8084:80',
    '-p',
    '192.168.7.1:8085-8086:80-81',
    '-p',
    '5201:5201',
  );
  neighbour = await lab.inside('neighbour', '--network=front');
  other = await lab.inside('other', '--network=back:ip=10.92.0.10');
  both = await lab.inside('both', '--network=front:ip=10.91.0.20', '--network=vault:ip=10.93.0.20');
  inner = await lab.inside('inner', '--network=vault:ip=10.93.0.30', '-p', '8090:80');
  await Promise.all([
    web.answers('tcp', 80),
    web.answers('http', 81),
    web.answers('udp', 53),
    web.answers('echo', 82),
    both.answers('tcp', 80),
    inner.answers('tcp', 80),
    lan.answers('tcp', 9000),
    host.answers('tcp', 9000),
  ]);
});

test('published ports, from every side, with the addresses that the server sees', async () => {
  const sides: [string, NetworkPlace, string, string][] = [
    ['another machine', lan, '192.168.7.1', '192.168.7.2'],
    ['another machine, IPv6', lan, 'fd07::1', 'fd07::2'],
    ['the host, by its address', host, '192.168.7.1', '192.168.7.1'],
    ['the host, by 127.0.0.1', host, '127.0.0.1', '10.91.0.1'],
    ['the host, by ::1', host, '::1', 'fd91::1'],
    ['a neighbour', neighbour, '192.168.7.1', '10.91.0.1'],
    ['itself', web, '192.168.7.1', '10.91.0.1'],
    ['itself, IPv6', web, 'fd07::1', 'fd91::1'],
    ['another network', other, '192.168.7.1', '10.91.0.1'],
    ['another network, IPv6', other, 'fd07::1', 'fd91::1'],
  ];
  const answers = sides.map(async ([name, who, address]) => [
    name,
    await who.asks(address, 8080),
    await who.asks(address, 5353, '-u'),
  ]);
  expect(await Promise.all(answers)).toEqual(
    sides.map(([name, , , seen]) => [name, `${seen} tcp`, `${seen} udp 3000`]),
  );
});

test('a port that is published at one address is at no other', async () => {
  expect(await lan.asks('fd07::1', 8083)).toBe('fd07::2 tcp');
  expect(await host.asks('::1', 8084)).toBe('fd91::1 tcp');
  expect(await lan.asks('192.168.7.1', 8085)).toBe('192.168.7.2 tcp');
  expect((await lan.runs('curl -sS http://192.168.7.1:8086/')).out).toBe('192.168.7.2 http\n');
  const elsewhere: [NetworkPlace, string, number][] = [
    [lan, '192.168.7.1', 8083],
    [host, '::1', 8083],
    [lan, 'fd07::1', 8084],
    [host, '127.0.0.1', 8084],
    [lan, 'fd07::1', 8085],
    [host, '127.0.0.1', 8086],
  ];
  const answers = elsewhere.map(([who, address, port]) => who.asks(address, port, '-w', '1'));
  expect(await Promise.all(answers)).toEqual(elsewhere.map(() => CLOSED));
});

test('iperf3, which wants two connections, to a published port and to a neighbour', async () => {
  const bytes = 16 << 20;
  for (const [who, address] of [
    [lan, '192.168.7.1'],
    [neighbour, '10.91.0.10'],
  ] as const) {
    await web.serves(['-c', 'exec iperf3 -s -1 -p 5201 --forceflush'], 'sh');
    const { code, out } = await who.runs(`iperf3 -c ${address} -p 5201 -n ${bytes} -J`);
    expect([address, code]).toEqual([address, 0]);
    expect(JSON.parse(out).end.sum_sent.bytes).toBeGreaterThanOrEqual(bytes);
  }
});

test('five megabytes go and come whole, also where addresses are written over on the way', async () => {
  const text = Buffer.from(Array.from({ length: 1 << 17 }, (_, index) => Math.imul(index, 0x9e3779b1)))
    .toString('hex')
    .repeat(20);
  const ways: [NetworkPlace, string][] = [
    [host, '127.0.0.1'],
    [host, '[::1]'],
    [lan, '192.168.7.1'],
    [web, '192.168.7.1'],
  ];
  for (const [who, address] of ways) {
    const { out } = await who.runs(`curl -sS --data-binary @- http://${address}:8082/`, text);
    expect([address, out === text]).toEqual([address, true]);
  }
});

test('containers reach neighbours directly, other networks and the outside by their host', async () => {
  expect(await neighbour.asks('10.91.0.10', 80)).toBe('10.91.0.2 tcp');
  expect(await other.asks('10.91.0.10', 80)).toBe('10.91.0.1 tcp');
  expect(await web.asks('192.168.7.2', 9000)).toBe('192.168.7.1 tcp');
  expect(await web.asks('fd07::2', 9000)).toBe('fd07::1 tcp');
  expect((await neighbour.runs('curl -sS http://10.91.0.10:81/')).out).toBe('10.91.0.2 http\n');
});

test('on two networks: reached on each, and the outside by the first', async () => {
  expect(await neighbour.asks('10.91.0.20', 80)).toBe('10.91.0.2 tcp');
  expect(await inner.asks('10.93.0.20', 80)).toBe('10.93.0.30 tcp');
  expect(await both.asks('192.168.7.2', 9000)).toBe('192.168.7.1 tcp');
  expect(await both.asks('10.93.0.30', 80)).toBe('10.93.0.20 tcp');
});

test('an internal network reaches nothing outside, and its published ports are the host’s alone', async () => {
  expect(await inner.asks('192.168.7.2', 9000, '-w', '1')).toBe(CLOSED);
  expect(await inner.asks('10.91.0.10', 80, '-w', '1')).toBe(CLOSED);
  expect(await inner.asks('192.168.7.1', 9000, '-w', '1')).toBe(CLOSED);
  expect(await lan.asks('192.168.7.1', 8090, '-w', '1')).toBe(CLOSED);
  expect(await host.asks('127.0.0.1', 8090)).toBe('10.93.0.1 tcp');
});

test('another machine with a route to the containers reaches none of them', async () => {
  lan.does('ip route add 10.91.0.0/24 via 192.168.7.1');
  const asked = [80, 8080].map((port) => lan.asks('10.91.0.10', port, '-w', '1'));
  expect(await Promise.all(asked)).toEqual([CLOSED, CLOSED]);
});

test('a smaller MTU behind a router is found out, to both sides', async () => {
  // Neither end knows of the narrow cable between the two routers: the first segments are too large for it.
  const [far, router] = [new TestHost('far'), new TestHost('router')];
  try {
    cable(far, 'eth0 192.168.9.2/24', router, 'eth0 192.168.9.1/24');
    cable(router, 'eth1 192.168.8.2/24', lan, 'eth1 192.168.8.1/24');
    for (const place of [router, lan]) {
      place.sysctl('ipv4/ip_forward', '1');
      place.does('ip link set eth1 mtu 1300');
    }
    far.does('ip route add default via 192.168.9.1');
    router.does('ip route add default via 192.168.8.1');
    lan.does('ip route add 192.168.9.0/24 via 192.168.8.2');
    host.does('ip route add 192.168.9.0/24 via 192.168.7.2');
    await far.answers('echo', 82);
    const text = 'x'.repeat(1 << 21);
    const { out } = await web.runs('curl -sS --max-time 20 --data-binary @- http://192.168.9.2:82/', text);
    expect(out === text).toBe(true);
  } finally {
    await far.drop();
    await router.drop();
  }
});

test('nothing of the host is changed outside of our table but forwarding, and what the kernel does of itself with that', async () => {
  const directory = mkdtempSync('/tmp/limpid-changes-');
  const limpidIn = `${lab.program} --root ${directory}/root --runroot ${directory}/run`;
  // What each bridge has of its own is not the host's.
  const look = `(cd /proc/sys/net; grep -rs . . | grep -vE '/lim|/eth0/|conntrack_count|_hash_entries' | sort)`;
  const script =
    `for name in ipv4/ip_forward ipv6/conf/all/forwarding; do echo 0 > /proc/sys/net/$name; done; ${look} > ${directory}/before; ` +
    `${limpidIn} network create --ipv6 --disable-dns both >&2; ${limpidIn} run --rm -p 8080:80 --network=both builtin:busybox true; ` +
    `${look} | diff ${directory}/before - | grep '^>'; ${limpidIn} network inspect both --format '{{json .host_changes}}'`;
  try {
    const { out } = await finish(['unshare', '--net', 'sh', '-c', script]);
    const lines = out.trimEnd().split('\n');
    expect(lines.pop()).toBe('{"net.ipv4.ip_forward":"1","net.ipv6.conf.all.forwarding":"1"}');
    expect(lines).toEqual(
      [
        'ipv4/conf/all/accept_redirects:0',
        ...['all', 'default', 'lo'].map((name) => `ipv4/conf/${name}/forwarding:1`),
        'ipv4/ip_forward:1',
        ...['all', 'default', 'lo'].map((name) => `ipv6/conf/${name}/forwarding:1`),
      ].map((line) => `> ./${line}`),
    );
  } finally {
    rmSync(directory, { recursive: true });
  }
});

test('one table, and its guard; no interface routes what belongs to the loopback', () => {
  expect(host.does('nft list ruleset').match(/^table .*$/gm)).toEqual([
    expect.stringMatching(/^table inet limpid-[0-9a-f]{8}-guard \{ # progname limpid-guard$/),
    expect.stringMatching(/^table inet limpid-[0-9a-f]{8} \{$/),
  ]);
  for (const name of ['limpid1', 'eth0', 'all', 'lo'])
    if (host.does('ls /proc/sys/net/ipv4/conf').split('\n').includes(name))
      expect([name, host.does(`cat /proc/sys/net/ipv4/conf/${name}/route_localnet`)]).toEqual([name, '0\n']);
});
