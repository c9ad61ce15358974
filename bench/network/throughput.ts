import { mustRun } from '../contestant.ts';
import { median } from '../measure.ts';

/** Gigabits a second that iperf3 moves by TCP, from one place to another. */
export interface Throughput {
  readonly between: number;
  readonly toHost: number;
}

const SECONDS = 2;
const ROUNDS = 3;

/** Where iperf3 runs: `nsenter` words, and the address that it serves at. */
interface Place {
  readonly enter: readonly string[];
  readonly address: string;
}

/** The bare one and Limpid's in turn: what slows the machine slows both. */
export async function compareThroughput(
  limpid: readonly string[],
): Promise<{ readonly bare: Throughput; readonly limpid: Throughput }> {
  const bare = openBare();
  const ours = openLimpid(limpid);
  try {
    const results: Record<'bare' | 'limpid', Record<keyof Throughput, number[]>> = {
      bare: { between: [], toHost: [] },
      limpid: { between: [], toHost: [] },
    };
    for (let round = 0; round < ROUNDS; round++) {
      for (const [name, { places, host }] of [
        ['bare', bare],
        ['limpid', ours],
      ] as const) {
        results[name].between.push(await gigabits(places[0], places[1]));
        results[name].toHost.push(await gigabits(places[0], host));
      }
    }
    const of = ({ between, toHost }: Record<keyof Throughput, number[]>) => ({
      between: median(between),
      toHost: median(toHost),
    });
    return { bare: of(results.bare), limpid: of(results.limpid) };
  } finally {
    bare.close();
    ours.close();
  }
}

interface Pair {
  readonly places: readonly [Place, Place];
  readonly host: Place;
  readonly close: () => void;
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

async function gigabits(client: Place, server: Place): Promise<number> {
  const listening = Bun.spawn([...server.enter, 'iperf3', '-s', '-1', '-B', server.address, '--forceflush'], {
    stdin: 'ignore',
    stdout: 'pipe',
    stderr: 'ignore',
  });
  try {
    // It says so when it listens.
    await listening.stdout.getReader().read();
    const text = mustRun([...client.enter, 'iperf3', '-c', server.address, '-J', '-t', `${SECONDS}`, '-O', '1']);
    return JSON.parse(text).end.sum_received.bits_per_second / 1e9;
  } finally {
    listening.kill();
    await listening.exited;
  }
}
