/** `port --explain`: the way of a packet, and everything that stops it. */
import { afterEach, beforeAll, expect, test } from 'bun:test';
import { labNetwork } from './lab-network.ts';

const { host, limpid, says, inside } = labNetwork();

beforeAll(async () => {
  // Where the outside is, as the firewall's rules see it.
  host.does('ip route add default via 192.168.7.2');
  const web = await inside('web', '--network=bridge:ip=10.88.0.10', '-p', '8080:80', '-p', '127.0.0.1:9000:90/udp');
  await Promise.all([web.answers('tcp', 80), web.answers('tcp', 90, '127.0.0.1')]);
});

/** Mark, place and text of each line, numbers of processes and ids left out. */
async function explains(port: string): Promise<{ code: number; lines: string[] }> {
  const { code, out, err } = await limpid('port', '--explain', port);
  expect(err).toBe('');
  const lines = out.trimEnd().split('\n');
  return {
    code,
    lines: lines.map((line) => line.replaceAll(/process \d+|[0-9a-f]{12}|limpid-[0-9a-f]{8}/g, '…').slice(2)),
  };
}

const WAY = [
  '  port        8080/tcp at every IPv4 address of this host, published by container "web"',
  '  map         inet … published4_any: tcp . 8080 leads to 10.88.0.10 . 80',
  '  forwarding  net.ipv4.ip_forward is 1',
  '  bridge      limpid0 of network "limpid" is up',
  '  container   "web" (…) is running, …',
  '  listener    "bun" (…) listens at :: 80/tcp',
];

test('a packet that arrives', async () => {
  expect(await explains('8080')).toEqual({ code: 0, lines: [...WAY, '  firewall    nothing drops it'] });
  expect((await explains('127.0.0.1:8080/tcp')).code).toBe(0);
});

test('an internal network: who of this host’s asks arrives, and nobody else', async () => {
  await says('network', 'create', '--internal', '--subnet=10.98.0.0/24', '--disable-dns', 'closed');
  const vault = await inside('vault', '--network=closed:ip=10.98.0.9', '-p', '9002:90');
  await vault.answers('tcp', 90);
  const { code, lines } = await explains('9002');
  expect([code, ...lines.slice(2, 6)]).toEqual([
    1,
    '  forwarding  net.ipv4.ip_forward is 1, and an internal network needs none',
    '  bridge      limpid1 of network "closed" is up, and internal: for this host alone',
    '  container   "vault" (…) is running, …',
    '  listener    "bun" (…) listens at :: 90/tcp',
  ]);
  // Our table, and its guard as soon as that is there.
  expect(lines.length).toBeGreaterThan(6);
  for (const line of lines.slice(6))
    expect(line).toMatch(/^✗ firewall {4}from another machine: inet …(-guard)? forward \(forward\) drops it by rule/);
  expect(await host.asks('127.0.0.1', 9002)).toBe('10.98.0.1 tcp');
  await says('rm', '-f', '-t', '0', 'vault');
  await says('network', 'rm', 'closed');
});

test('a machine without a default route has others at its addresses all the same', async () => {
  host.does('ip route del default');
  expect((await explains('8080')).lines[6]).toBe('  firewall    nothing drops it');
  host.does('ip route add default via 192.168.7.2');
});

test('nobody listens inside, or at another address only', async () => {
  expect((await explains('9000/udp')).lines[5]).toBe('✗ listener    nobody listens at 90/udp inside');
  const shy = await inside('shy', '--network=bridge', '-p', '9001:90');
  await shy.answers('tcp', 90, '127.0.0.1');
  const { code, lines } = await explains('9001');
  expect(code).toBe(1);
  expect(lines[5]).toBe('✗ listener    inside, 90/tcp is listened at on 127.0.0.1 only');
  await says('rm', '-f', '-t', '0', 'shy');
});

test('no container has the port: whoever has it is named', async () => {
  expect(await explains('1234')).toEqual({
    code: 1,
    lines: ['✗ port        nobody listens there, and it leads to no container'],
  });
  await host.answers('tcp', 7001);
  expect(await explains('7001')).toEqual({
    code: 1,
    lines: ['✗ port        "bun" (…) has it: packets go to that one, and to no container'],
  });
});

const OTHERS = 'table ip others';

afterEach(() => host.does('nft -f -', `${OTHERS}\ndelete ${OTHERS}\n`));

const chain = (body: string) => host.does('nft -f -', `${OTHERS} {\n${body}\n}\n`);
const FORWARD = 'chain FORWARD { type filter hook forward priority 0; policy';

test.each<[string, string, string[]]>([
  [
    'a policy',
    `${FORWARD} drop; }`,
    ['✗ firewall    from another machine: ip others FORWARD (forward) drops it by its policy'],
  ],
  [
    'a policy behind a rule that only knows the packet',
    `${FORWARD} drop; meta mark 7 accept; }`,
    ['? firewall    from another machine: ip others FORWARD (forward) may drop it by its policy'],
  ],
  [
    'a policy, but it is accepted before',
    `${FORWARD} drop; tcp dport { 22, 80 } accept; }`,
    ['  firewall    nothing drops it'],
  ],
  [
    'a policy, but what comes in there is accepted before, in another chain',
    `chain user { iifname "eth0" ip daddr 10.88.0.0/16 accept; }\n${FORWARD} drop; jump user; }`,
    ['  firewall    nothing drops it'],
  ],
  [
    'a rule',
    `${FORWARD} accept; ct state established accept; ct state new oifname "limpid0" drop; }`,
    [
      expect.stringMatching(
        /^✗ firewall {4}from another machine: ip others FORWARD \(forward\) drops it by rule with handle \d+ in chain FORWARD$/,
      ) as never,
    ],
  ],
  ['a rule about another port', `${FORWARD} accept; tcp dport 8080 drop; }`, ['  firewall    nothing drops it']],
  [
    'a rule on arrival, where the port is the host’s',
    'chain early { type filter hook prerouting priority -150; tcp dport 8000-8100 reject; }'.replace('reject', 'drop'),
    [
      expect.stringMatching(
        /^✗ firewall {4}from another machine: ip others early \(prerouting\) drops it by rule/,
      ) as never,
    ],
  ],
  [
    'a verdict map',
    `${FORWARD} accept; iifname vmap { "eth0" : drop, "eth9" : accept }; }`,
    [
      expect.stringMatching(
        /^✗ firewall {4}from another machine: ip others FORWARD \(forward\) drops it by rule/,
      ) as never,
    ],
  ],
  [
    'another who has the port led away',
    'chain nat { type nat hook prerouting priority -100; tcp dport 8080 dnat to 10.1.2.3; }',
    [
      expect.stringMatching(
        /^\? firewall {4}from another machine: ip others nat \(prerouting\) may lead it elsewhere by rule/,
      ) as never,
    ],
  ],
  [
    'a rule for what the host itself sends',
    'chain out { type filter hook output priority 0; tcp dport 8080 drop; }',
    [expect.stringMatching(/^✗ firewall {4}from this host: ip others out \(output\) drops it by rule/) as never],
  ],
])('a firewall of others that drops it: %s', async (_, body, expected) => {
  chain(
    body
      .replaceAll('; ', ';\n')
      .replaceAll('{ type', '{\ntype')
      .replaceAll(/([a-z]) (iifname|meta)/g, '$1 $2'),
  );
  const { code, lines } = await explains('8080');
  expect(lines.slice(6)).toEqual(expected);
  expect(code).toBe(lines.some((line) => line.startsWith('✗')) ? 1 : 0);
});

test('a firewall of the old iptables', async () => {
  host.does('iptables-legacy -P FORWARD DROP');
  const { lines } = await explains('8080');
  expect(lines[6]).toBe(
    '✗ firewall    from another machine: iptables-legacy filter FORWARD (forward) drops it by its policy',
  );
  host.does('iptables-legacy -P FORWARD ACCEPT');
});

test('forwarding that is off, a bridge that is gone', async () => {
  host.sysctl('ipv4/ip_forward', '0');
  host.does('ip link set limpid0 down');
  const { code, lines } = await explains('8080');
  expect(code).toBe(1);
  expect(lines[2]).toStartWith('✗ forwarding  net.ipv4.ip_forward is 0: nothing from other machines is passed on');
  expect(lines[3]).toBe('✗ bridge      limpid0 of network "limpid" is down');
  host.sysctl('ipv4/ip_forward', '1');
  host.does('ip link set limpid0 up');
});

test.each(['', 'x', '0', '65536', '80/icmp', '1.2.3:80', '::1:80'])('"%s" is no port', async (text) => {
  expect(await limpid('port', '--explain', text)).toEqual({
    code: 125,
    out: '',
    err: `Error: cannot use "${text}" for --explain: [IP:]PORT[/PROTOCOL] is wanted\n`,
  });
});

test('`port` of what is not published', async () => {
  expect(await limpid('port', 'web', '81')).toEqual({
    code: 125,
    out: '',
    err:
      'Error: cannot find port "81" of container "web": it is not published ' +
      '(hint: `limpid port CONTAINER` lists those that are)\n',
  });
});
