/**
 * Networks: Limpid beside podman with netavark and docker, and beside a bridge made by `ip`. As root:
 *   bun bench/network.ts [--runs N] [--write]
 * Everything happens in a network namespace of its own. --write puts the results into bench/README.md.
 */
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { mustRun } from './contestant.ts';
import { median, timeCommand } from './measure.ts';
import { openDocker, openLimpid, openPodman, type Networked } from './network/contestants.ts';
import { compareThroughput } from './network/throughput.ts';
import { closeWorld, openWorld } from './world.ts';

const README = fileURLToPath(new URL('README.md', import.meta.url));
const BEGIN = '<!-- Networks: written by bench/network.ts. -->\n';
const END = '<!-- End of networks. -->\n';
const LOOPS = 8;
const EACH = 25;
const PUBLISHED = 1000;

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '30' }, write: { type: 'boolean', default: false } },
});

/** Nothing of this is to be seen outside. */
async function enterNamespace(): Promise<void> {
  if (process.env['BENCH_NETWORK'] !== undefined) {
    mustRun(['ip', 'link', 'set', 'lo', 'up']);
    return;
  }
  const child = Bun.spawn(['unshare', '--net', '--mount', '--propagation', 'private', ...process.argv], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, BENCH_NETWORK: '1' },
  });
  process.exit(await child.exited);
}

type Case = readonly [name: string, command: readonly string[], contestant: Networked];

/** Medians in ms; each round visits all cases, beginning with another one. */
function interleave(cases: readonly Case[], rounds: number): Map<string, number> {
  const times = new Map<string, number[]>(cases.map(([name]) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < cases.length; turn++) {
      const [name, command, { env }] = cases[(round + turn) % cases.length]!;
      times.get(name)!.push(timeCommand(command, { env } as never));
    }
  }
  return new Map([...times].map(([name, list]) => [name, median(list)]));
}

async function parallelRate(limpid: readonly string[]): Promise<number> {
  const script =
    'n=$1; shift; while [ "$n" -gt 0 ]; do "$@" | sed -n "s/.* inet \\([0-9.]*\\).*/\\1/p" || exit 1; n=$((n - 1)); done';
  const command = [...limpid, 'run', '--rm', 'builtin:busybox', 'ip', '-4', '-o', 'addr', 'show', 'eth0'];
  const started = Bun.nanoseconds();
  const children = Array.from({ length: LOOPS }, () =>
    Bun.spawn(['sh', '-c', script, 'sh', `${EACH}`, ...command], { stdio: ['ignore', 'pipe', 'inherit'] }),
  );
  const texts = await Promise.all(children.map(({ stdout }) => new Response(stdout).text()));
  const rate = (LOOPS * EACH) / ((Bun.nanoseconds() - started) / 1e9);
  const addresses = texts.flatMap((text) => text.trim().split('\n'));
  if (new Set(addresses).size !== LOOPS * EACH)
    throw new Error(`addresses were given twice, or not: ${addresses.length}`);
  return rate;
}

function verdict(text: string, measured: string, reached: boolean): string {
  return `| ${text} | ${measured} | ${reached ? 'reached' : '**missed**'} |`;
}

async function measure(): Promise<string> {
  const world = await openWorld();
  const notes: string[] = [];
  const limpid = openLimpid(world);
  const opened: Networked[] = [limpid];
  for (const open of [openPodman, openDocker]) {
    const one = await open(world);
    if (typeof one === 'string') notes.push(`- ${open.name.slice(4).toLowerCase()} is left out: ${one}`);
    else opened.push(one);
  }
  try {
    const runs = Number(values.runs);
    mustRun(limpid.run());
    const cases: Case[] = [
      ['none', limpid.run(['--network=none']), limpid],
      ['-p', limpid.run(['-p', '8080:80']), limpid],
      ...opened.map((one): Case => [one.name, one.run(), one]),
    ];
    const times = interleave(cases, runs);
    // In the same turns without and with other ports: what comes before a start is a part of what it takes.
    const pair: Case[] = [
      ['-p', limpid.run(['-p', '8080:80']), limpid],
      ['plain', limpid.run(), limpid],
    ];
    const alone = interleave(pair, runs);
    const range = `20000-${20000 + PUBLISHED - 1}`;
    mustRun([
      ...limpid.limpid,
      'run',
      '-d',
      '--name',
      'many',
      '-p',
      `${range}:${range}`,
      'builtin:busybox',
      'sleep',
      'infinity',
    ]);
    const crowded = interleave(pair, runs);
    mustRun([...limpid.limpid, 'rm', '-f', '-t', '0', 'many']);
    const rate = await parallelRate(limpid.limpid);
    const speed = await compareThroughput(limpid.limpid);
    return describe({ times, alone, crowded, rate, speed, opened, notes });
  } finally {
    for (const one of opened) await one.close();
    closeWorld();
  }
}

interface Measured {
  readonly times: ReadonlyMap<string, number>;
  readonly alone: ReadonlyMap<string, number>;
  readonly crowded: ReadonlyMap<string, number>;
  readonly rate: number;
  readonly speed: Awaited<ReturnType<typeof compareThroughput>>;
  readonly opened: readonly Networked[];
  readonly notes: readonly string[];
}

function describe({ times, alone, crowded, rate, speed, opened, notes }: Measured): string {
  const ms = (name: string) => times.get(name) ?? Number.NaN;
  const own = ms('limpid');
  const publishing = ms('-p') - own;
  const added = (pair: ReadonlyMap<string, number>) => pair.get('-p')! - pair.get('plain')!;
  const crowding = added(crowded) - added(alone);
  const share = (name: string) => own / ms(name);
  const lines = [
    `${new Date().toISOString().slice(0, 10)}, ${navigator.hardwareConcurrency} cores, Linux ${mustRun(['uname', '-r']).trim()}; ${opened.map(({ name, version }) => `${name} ${version}`).join(', ')}. Medians.`,
    '',
    '| networks | measured | |',
    '| --- | ---: | --- |',
    `| run --rm --network=none | ${ms('none').toFixed(1)} ms | |`,
    `| run --rm on the default network | ${own.toFixed(1)} ms | |`,
    ...opened.slice(1).map(({ name }) => `| the same with ${name} | ${ms(name).toFixed(0)} ms | |`),
    verdict(
      'on the default network: at most 5 ms above none',
      `${(own - ms('none')).toFixed(1)} ms`,
      own - ms('none') <= 5,
    ),
    ...(times.has('podman')
      ? [verdict("at most a fifteenth of podman's", share('podman').toFixed(3), share('podman') <= 1 / 15)]
      : []),
    ...(times.has('docker')
      ? [verdict("at most a tenth of docker's", share('docker').toFixed(3), share('docker') <= 1 / 10)]
      : []),
    verdict('-p: at most 3 ms more', `${publishing.toFixed(1)} ms`, publishing <= 3),
    verdict(`-p beside ${PUBLISHED} published ports: no slower`, `${crowding.toFixed(1)} ms`, crowding <= 1),
    verdict(`${LOOPS} parallel loops: at least 60 containers/s`, rate.toFixed(1), rate >= 60),
    verdict(
      'TCP between containers: at least 0.97 of a bare veth and bridge',
      `${speed.between.share.toFixed(2)} (${speed.between.gigabits.toFixed(1)} Gbit/s)`,
      speed.between.share >= 0.97,
    ),
    verdict(
      'TCP to the host: at least 0.97',
      `${speed.toHost.share.toFixed(2)} (${speed.toHost.gigabits.toFixed(1)} Gbit/s)`,
      speed.toHost.share >= 0.97,
    ),
    `| the same beside a bare bridge on a host that has NAT: between, to the host | ${speed.between.shareWithNat.toFixed(2)}, ${speed.toHost.shareWithNat.toFixed(2)} | |`,
    '',
    ...notes,
  ];
  return lines.join('\n');
}

await enterNamespace();
const report = await measure();
console.log(report);
if (values.write) {
  const text = await Bun.file(README).text();
  const [head = '', rest = ''] = text.split(BEGIN);
  await Bun.write(README, `${head}${BEGIN}\n${report}\n${END}${rest.split(END)[1] ?? ''}`);
}
