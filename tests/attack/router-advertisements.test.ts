/** A container tells everybody on its bridge that it is the router of IPv6: neither its neighbours nor the host believe it. */
import { beforeAll, expect, test } from 'bun:test';
import type { NetworkPlace } from '../kernel/test-hosts.ts';
import { labNetwork } from '../cli/lab-network.ts';
import { until } from '../cli/until.ts';

const { host, says, inside } = labNetwork();

/** RFC 4861, 4.2: a router advertisement, for half an hour, to every node. The kernel adds the checksum. */
const ADVERTISE = `use Socket qw(:all);
socket(S, AF_INET6, SOCK_RAW, 58) and setsockopt(S, 41, 18, pack('i', 255)) or die;
my $to = pack_sockaddr_in6(0, inet_pton(AF_INET6, 'ff02::1'), $ARGV[0]);
exit(send(S, pack('CCnCCnNN', 134, 0, 0, 64, 0, 1800, 0, 0), 0, $to) ? 0 : 1);`;

const learnt = (place: NetworkPlace) => place.does('ip -6 route show proto ra').trim();
let liar: NetworkPlace;
let neighbour: NetworkPlace;
let credulous: NetworkPlace;

beforeAll(async () => {
  await says('network', 'create', '--subnet=10.97.0.0/24', '--disable-dns', 'front');
  liar = await inside('liar', '--network=front');
  neighbour = await inside('neighbour', '--network=front');
  // What was asked for on purpose is had: this one shows that the advertisement is one.
  credulous = await inside('credulous', '--network=front', '--sysctl=net.ipv6.conf.eth0.accept_ra=2');
});

test('nobody has a new default route but who asked for it', async () => {
  const index = liar.does('ip -o link show eth0').split(':')[0]!;
  // Its own address may be tentative for a second; then nothing is sent.
  await until('who believes it has learnt a route', async () => {
    await liar.runs(['perl', '-e', ADVERTISE, index]);
    return learnt(credulous) !== '';
  });
  expect(learnt(credulous)).toMatch(/^default via fe80::\S+ dev eth0 /);
  expect([learnt(neighbour), learnt(host)]).toEqual(['', '']);
});

test('on each interface of ours it is switched off', () => {
  const read = (place: NetworkPlace, name: string) =>
    place.does(`cat /proc/sys/net/ipv6/conf/${name}/accept_ra`).trim();
  const bridge = host.does('ip -br link show type bridge').split(' ')[0]!;
  expect([read(host, bridge), read(neighbour, 'eth0'), read(credulous, 'eth0')]).toEqual(['0', '0', '2']);
});
