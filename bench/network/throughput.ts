import { mustRun } from '../contestant.ts';
import { median } from '../measure.ts';

/** What iperf3 moves by TCP from a container to its neighbour, and to the host. */
export type Way = 'between' | 'toHost';

export interface Throughput {
  /** Gigabits a second. */
  readonly gigabits: number;
  /** Of what the bare bridge moves right before or behind it: the median of all rounds. */
  readonly share: number;
  /** The same of a bare bridge on a host that has NAT, as any host with containers that reach the outside. */
  readonly shareWithNat: number;
}

/** A few hundred ms each: whatever else the machine does meets both of a round. */
const BYTES = '192M';
/** One bare bridge beside another, made in the same way, may have 0.88 of its throughput as long as both are there. */
const PAIRS = 7;

/** Where iperf3 runs: `nsenter` words, and the address that it serves at. */
interface Place {
  readonly enter: readonly string[];
  readonly address: string;
}

interface Pair {
  readonly places: readonly [Place, Place];
  readonly host: Place;
  readonly close: () => void;
}

/** Limpid's containers and bare bridges in turn, each round in another order; clients on one CPU, servers on another. */
export async function compareThroughput(limpid: readonly string[]): Promise<Readonly<Record<Way, Throughput>>> {
  const rounds: Readonly<Record<Way, Round[]>> = { between: [], toHost: [] };
  for (let pair = 0; pair < PAIRS; pair++) {
    const pairs: Pairs = { bare: openBare('bare'), nat: openBare('nat', NAT), limpid: openLimpid(limpid) };
    const servers = Object.values(pairs).flatMap(({ places, host }) => [serve(places[1]), serve(host)]);
    try {
      await Promise.all(servers.map(({ ready }) => ready));
      for (const way of ['between', 'toHost'] as const) rounds[way].push(...compare(pairs, way));
    } finally {
      for (const { end } of servers) await end();
      for (const { close } of Object.values(pairs)) close();
    }
  }
  return { between: summary(rounds.between), toHost: summary(rounds.toHost) };
}

type Contestant = 'bare' | 'nat' | 'limpid';
type Pairs = Readonly<Record<Contestant, Pair>>;
type Round = Readonly<Record<Contestant, number>>;

const ORDERS: readonly (readonly Contestant[])[] = [
  ['bare', 'nat', 'limpid'],
  ['limpid', 'bare', 'nat'],
  ['nat', 'limpid', 'bare'],
  ['limpid', 'nat', 'bare'],
  ['bare', 'limpid', 'nat'],
  ['nat', 'bare', 'limpid'],
];

function compare(pairs: Pairs, way: Way): Round[] {
  for (const pair of Object.values(pairs)) move(pair, way);
  return ORDERS.map((order) => {
    const moved = { bare: 0, nat: 0, limpid: 0 };
    for (const one of order) moved[one] = move(pairs[one], way);
    return moved;
  });
}

function summary(rounds: readonly Round[]): Throughput {
  return {
    gigabits: median(rounds.map(({ limpid }) => limpid)),
    share: median(rounds.map(({ bare, limpid }) => limpid / bare)),
    shareWithNat: median(rounds.map(({ nat, limpid }) => limpid / nat)),
  };
}

function move(pair: Pair, way: Way, attempts = 5): number {
  const [client, neighbour] = pair.places;
  const server = way === 'between' ? neighbour : pair.host;
  const words = [...client.enter, 'taskset', '1', 'iperf3', '-c', server.address, '-J', '-n', BYTES];
  const { end, error } = JSON.parse(Bun.spawnSync(words, { stdin: 'ignore', stderr: 'inherit' }).stdout.toString());
  if (end.sum_received !== undefined) return end.sum_received.bits_per_second / 1e9;
  // The server may be busy for a moment with the end of the last one.
  if (attempts === 1) throw new Error(`iperf3: ${error}`);
  return move(pair, way, attempts - 1);
}

function serve({ enter, address }: Place): { readonly ready: Promise<unknown>; readonly end: () => Promise<unknown> } {
  const cpu = navigator.hardwareConcurrency > 1 ? '2' : '1';
  const listening = Bun.spawn([...enter, 'taskset', cpu, 'iperf3', '-s', '-B', address, '--forceflush'], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'ignore',
  });
  const end = () => {
    listening.kill();
    return listening.exited;
  };
  // It says so when it listens.
  return { ready: listening.stdout.getReader().read(), end };
}

/** One rule for packets that leave: connection tracking and NAT look at all others, too. */
const NAT = `table ip nat {
  chain leaving { type nat hook postrouting priority srcnat; ip saddr 10.254.0.0/24 oifname != "bench0" masquerade; }
}`;

/** A host of its own, with two namespaces on a bridge, by `ip` alone; without `firewall` none is there. */
function openBare(name: string, firewall?: string): Pair {
  const hostName = `limpid-bench-${name}`;
  const names = [`${hostName}-a`, `${hostName}-b`] as const;
  const ip = (place: string, words: string) => mustRun(['ip', '-n', place, ...words.split(' ')]);
  for (const one of [hostName, ...names]) mustRun(['ip', 'netns', 'add', one]);
  ip(hostName, 'link set lo up');
  ip(hostName, 'link add bench0 type bridge forward_delay 0');
  ip(hostName, 'addr add 10.254.0.1/24 dev bench0');
  ip(hostName, 'link set bench0 up');
  if (firewall !== undefined) mustRun(['ip', 'netns', 'exec', hostName, 'nft', firewall]);
  const places = names.map((one, index): Place => {
    const address = `10.254.0.${index + 2}`;
    ip(hostName, `link add bench-${index} type veth peer name eth0 netns ${one}`);
    ip(hostName, `link set bench-${index} master bench0 up`);
    ip(one, `addr add ${address}/24 dev eth0`);
    ip(one, 'link set eth0 up');
    return { enter: ['nsenter', `--net=/run/netns/${one}`], address };
  });
  const close = (): void => {
    for (const one of [...names, hostName]) mustRun(['ip', 'netns', 'del', one]);
  };
  const host = { enter: ['nsenter', `--net=/run/netns/${hostName}`], address: '10.254.0.1' };
  return { places: [places[0]!, places[1]!], host, close };
}

function openLimpid(limpid: readonly string[]): Pair {
  const names = ['iperf-a', 'iperf-b'];
  const places = names.map((name): Place => {
    mustRun([...limpid, 'run', '-d', '--name', name, 'builtin:busybox', 'sleep', 'infinity']);
    const format = '{{.State.Pid}} {{.NetworkSettings.IPAddress}}';
    const [pid = '', address = ''] = mustRun([...limpid, 'inspect', '--format', format, name])
      .trim()
      .split(' ');
    return { enter: ['nsenter', `--net=/proc/${pid}/ns/net`], address };
  });
  const gateway = mustRun([...limpid, 'inspect', '--format', '{{.NetworkSettings.Gateway}}', names[0]!]).trim();
  const close = () => void mustRun([...limpid, 'rm', '-f', '-t', '0', ...names]);
  return { places: [places[0]!, places[1]!], host: { enter: [], address: gateway }, close };
}
