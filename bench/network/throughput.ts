import { mustRun } from '../contestant.ts';
import { median } from '../measure.ts';

/** What iperf3 moves by TCP from a container to its neighbour, and to the host. */
export type Way = 'between' | 'toHost';

export interface Throughput {
  /** Gigabits a second. */
  readonly gigabits: number;
  /** Of what the bare bridge moves right before or behind it: the median of all rounds. */
  readonly share: number;
}

/** A few hundred ms each: whatever else the machine does meets both of a round. */
const BYTES = '192M';
const ROUNDS = 6;
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

/** Limpid's containers and a bare bridge in turn, each round in the other order; clients on one CPU, servers on another. */
export async function compareThroughput(limpid: readonly string[]): Promise<Readonly<Record<Way, Throughput>>> {
  const rounds: Readonly<Record<Way, Round[]>> = { between: [], toHost: [] };
  for (let pair = 0; pair < PAIRS; pair++) {
    const bare = openBare();
    const ours = openLimpid(limpid);
    const servers = [bare, ours].flatMap(({ places, host }) => [serve(places[1]), serve(host)]);
    try {
      await Promise.all(servers.map(({ ready }) => ready));
      for (const way of ['between', 'toHost'] as const) rounds[way].push(...compare(bare, ours, way));
    } finally {
      for (const { end } of servers) await end();
      for (const { close } of [bare, ours]) close();
    }
  }
  return { between: summary(rounds.between), toHost: summary(rounds.toHost) };
}

interface Round {
  readonly bare: number;
  readonly limpid: number;
}

function compare(bare: Pair, limpid: Pair, way: Way): Round[] {
  for (const pair of [bare, limpid]) move(pair, way);
  return Array.from({ length: ROUNDS }, (_, round) => {
    if (round % 2 === 0) return { bare: move(bare, way), limpid: move(limpid, way) };
    return { limpid: move(limpid, way), bare: move(bare, way) };
  });
}

function summary(rounds: readonly Round[]): Throughput {
  return {
    gigabits: median(rounds.map(({ limpid }) => limpid)),
    share: median(rounds.map(({ bare, limpid }) => limpid / bare)),
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

const BARE_HOST = 'limpid-bench-host';

/** A host of its own, where no firewall is, with two namespaces on a bridge, by `ip` alone. */
function openBare(): Pair {
  const names = ['limpid-bench-a', 'limpid-bench-b'] as const;
  const ip = (place: string, words: string) => mustRun(['ip', '-n', place, ...words.split(' ')]);
  for (const name of [BARE_HOST, ...names]) mustRun(['ip', 'netns', 'add', name]);
  ip(BARE_HOST, 'link set lo up');
  ip(BARE_HOST, 'link add bench0 type bridge forward_delay 0');
  ip(BARE_HOST, 'addr add 10.254.0.1/24 dev bench0');
  ip(BARE_HOST, 'link set bench0 up');
  const places = names.map((name, index): Place => {
    const address = `10.254.0.${index + 2}`;
    ip(BARE_HOST, `link add bench-${index} type veth peer name eth0 netns ${name}`);
    ip(BARE_HOST, `link set bench-${index} master bench0 up`);
    ip(name, `addr add ${address}/24 dev eth0`);
    ip(name, 'link set eth0 up');
    return { enter: ['nsenter', `--net=/run/netns/${name}`], address };
  });
  const close = (): void => {
    for (const name of [...names, BARE_HOST]) mustRun(['ip', 'netns', 'del', name]);
  };
  const host = { enter: ['nsenter', `--net=/run/netns/${BARE_HOST}`], address: '10.254.0.1' };
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
