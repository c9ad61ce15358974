import { describe, expect, test } from 'bun:test';
import { describeArguments } from '../plan/describe/arguments.ts';
import type { Op } from '../plan/ops.ts';
import type { Endpoint, NetworkConfig } from '../spec/network.ts';
import { planConnect, planDisconnect } from './connect-plan.ts';
import { freeMetric } from './endpoint-ops.ts';
import { planEndpoints } from './plan.ts';

const place = { root: '/root', runroot: '/run/limpid' };
const NETWORK: NetworkConfig = {
  name: 'lab',
  id: 'ab'.repeat(32),
  driver: 'bridge',
  interfaceName: 'limpid1',
  created: '2026-01-01T00:00:00Z',
  subnets: [
    { subnet: '10.5.0.0/24', gateway: '10.5.0.1' },
    { subnet: 'fd05::/64', gateway: 'fd05::1' },
  ],
  ipv6: true,
  internal: false,
  isolate: false,
  dnsEnabled: true,
  dnsServers: [],
  noDefaultRoute: false,
  routes: [],
  labels: {},
  options: {},
};
const endpoint = (network: Partial<NetworkConfig> = {}, more: Partial<Endpoint> = {}): Endpoint => ({
  containerId: '0123456789ab'.padEnd(64, '0'),
  containerName: 'web',
  network: { ...NETWORK, ...network },
  interfaceName: 'eth0',
  hostInterface: 'lim0123456700aa',
  mac: '02:4c:0a:05:00:02',
  ip: '10.5.0.2/24',
  ip6: 'fd05::2/64',
  aliases: [],
  ...more,
});
const words = (ops: readonly Op[]) => ops.map((op) => `${op.stage} ${op.op} ${describeArguments(op)}`);
const planned = (one: Endpoint, { returns = false, hasIpv6 = true } = {}) => {
  const { host, child, cleanup } = planEndpoints(
    place,
    [{ endpoint: one, because: '--network lab', returns }],
    hasIpv6,
  );
  return words([...host, ...child, ...cleanup]);
};

describe('what a start does', () => {
  test('for an endpoint on a bridge', () => {
    expect(planned(endpoint())).toEqual([
      'host rtnetlink ip link add name lim0123456700aa master limpid1 up type veth peer name eth0 address 02:4c:0a:05:00:02 netns PID',
      'child write /proc/sys/net/ipv6/conf/eth0/accept_ra  "0"',
      'child rtnetlink ip address add 10.5.0.2/24 broadcast + dev eth0',
      'child rtnetlink ip address add fd05::2/64 nodad dev eth0',
      'child rtnetlink ip link set eth0 up',
      'child rtnetlink ip route add default via 10.5.0.1 dev eth0 proto static metric 100',
      'child rtnetlink ip -6 route add default via fd05::1 dev eth0 proto static metric 100',
      'cleanup unlink_link /run/limpid/leases/lab/10.5.0.2 -> 0123456789ab…  if it leads there',
      'cleanup unlink_link /run/limpid/leases/lab/fd05::2 -> 0123456789ab…  if it leads there',
    ]);
  });

  test('where it has come back, the bridge is told', () => {
    expect(planned(endpoint(), { returns: true })[1]).toBe(
      'host rtnetlink bridge fdb replace 02:4c:0a:05:00:02 dev lim0123456700aa master static',
    );
  });

  test('an internal network, one without IPv6, one with routes of its own', () => {
    const routes = (network: Partial<NetworkConfig>) =>
      planned(endpoint(network)).filter((line) => line.includes('route'));
    expect(routes({ internal: true })).toEqual([]);
    expect(
      routes({ noDefaultRoute: true, routes: [{ destination: '172.20.0.0/16', gateway: '10.5.0.9', metric: 7 }] }),
    ).toEqual(['child rtnetlink ip route add 172.20.0.0/16 via 10.5.0.9 dev eth0 proto static metric 7']);
    expect(routes({ metric: 55 })[0]).toEndWith('metric 55');
    expect(planned(endpoint(), { hasIpv6: false }).some((line) => line.includes('accept_ra'))).toBe(false);
  });

  test('for a macvlan and an ipvlan', () => {
    const macvlan = endpoint({ driver: 'macvlan', interfaceName: 'eno1', mtu: 1400, options: { mode: 'private' } });
    const { hostInterface } = macvlan;
    expect(planned(macvlan).slice(0, 2)).toEqual([
      `host rtnetlink ip link add link eno1 name ${hostInterface} address 02:4c:0a:05:00:02 mtu 1400 netns PID type macvlan mode private`,
      `child rtnetlink ip link set ${hostInterface} name eth0`,
    ]);
    expect(planned(endpoint({ driver: 'ipvlan', interfaceName: 'eno1' }))[0]).toBe(
      `host rtnetlink ip link add link eno1 name ${hostInterface} netns PID type ipvlan mode l2`,
    );
  });

  test('an endpoint’s own metric is that of its default routes', () => {
    const { child } = planEndpoints(
      place,
      [endpoint(), endpoint({}, { metric: 107 })].map((one) => ({ endpoint: one, because: 'both', returns: false })),
      false,
    );
    const metrics = words(child).flatMap((line) => /metric (\d+)/.exec(line)?.[1] ?? []);
    expect(metrics).toEqual(['100', '100', '107', '107']);
  });

  test.each([
    ['earlier ones are preferred', {}, [100, 101], 102],
    ['one that another has is passed over', {}, [101], 102],
    ['what the network wants', { metric: 99 }, [100], 99],
    ['what the network wants, where another has it', { metric: 99 }, [99, 100], 101],
    ['of endpoints that nobody noted one of', {}, [undefined], 101],
  ])('a metric that is free: %s', (_, network, others, expected) => {
    const taken = others.map((metric) => endpoint({}, metric === undefined ? {} : { metric }));
    expect(freeMetric({ ...NETWORK, ...network }, taken)).toBe(expected);
  });

  test.each([
    [1279, false],
    [1280, true],
  ])('with an MTU of %d, of IPv6', (mtu, expected) => {
    expect(planned(endpoint({ mtu })).some((line) => line.includes('accept_ra'))).toBe(expected);
  });
});

test('connect and disconnect: into the namespace, and the interface beside it', () => {
  const { host, child } = planEndpoints(place, [{ endpoint: endpoint(), because: 'connect', returns: false }], false);
  const plan = planConnect({ because: 'connect', before: [], ops: { host, child } });
  expect(plan.map(({ stage, op }) => `${stage} ${op}`).slice(0, 8)).toEqual([
    'host clone',
    'child setns',
    'child release',
    'host await',
    'host rtnetlink',
    'host release',
    'child await',
    'child rtnetlink',
  ]);
  expect(words(planDisconnect(endpoint(), 'disconnect')).at(-1)).toBe('child rtnetlink ip link delete eth0  if there');
});
