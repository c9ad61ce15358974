/**
 * Images: pulls beside podman, docker, skopeo + umoci and tar, and what is Limpid's alone, from a registry on loopback:
 *   bun bench/images.ts [--rounds N] [--rootfs DIR] [--program FILE] [--gigabytes N] [--write]
 * Without --rootfs the Debian root file system is made by debootstrap. --write puts the results into bench/README.md.
 */
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { mustRun, probe } from './contestant.ts';
import {
  dockerPuller,
  limpidPuller,
  podmanPuller,
  tarPuller,
  timePull,
  umociPuller,
  type Puller,
} from './image-contestants.ts';
import { mountDisk, removeDisk } from './image-disk.ts';
import { openOrigin, pushLargeLayer, pushStack, type ImageOrigin } from './image-origin.ts';
import { median } from './measure.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = `${ROOT}bench/README.md`;
const ORIGIN = `${ROOT}build/bench-origin`;
const DISK = `${ROOT}build/bench-images`;
const BEGIN = '<!-- Written by bench/images.ts. -->';
const END = '<!-- End of what bench/images.ts writes. -->';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    rootfs: { type: 'string' },
    program: { type: 'string' },
    gigabytes: { type: 'string', default: '2' },
    write: { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
const lines: string[] = [];
const say = (line: string): void => {
  console.log(line);
  lines.push(line);
};

async function main(): Promise<void> {
  for (const directory of [DISK, ORIGIN]) removeDisk(directory);
  const origin = await openOrigin(ORIGIN, values.rootfs);
  const trouble = mountDisk(DISK);
  if (trouble !== undefined) say(`On the disk as it is: ${trouble}\n`);
  const limpid = limpidPuller(values.program ?? installed(`${DISK}/prefix`), DISK);
  const opened = [limpid, podmanPuller(DISK), await dockerPuller(DISK), umociPuller(DISK), tarPuller(DISK, origin)];
  const pullers = opened.filter((one) => typeof one !== 'string');
  for (const note of opened) if (typeof note === 'string') say(`Left out: ${note}\n`);
  try {
    comparePulls(origin, pullers);
    await ownCases(origin, limpid);
  } finally {
    for (const one of pullers) await one.close();
    await origin.registry.stop();
    for (const directory of [DISK, ORIGIN]) removeDisk(directory);
  }
  if (values.write) await write();
}

/** As users have it, launcher included. */
function installed(prefix: string): string {
  mustRun([`${ROOT}tools/install.sh`, 'install', prefix]);
  return `${prefix}/bin/limpid`;
}

/** Each round visits all, so that what slows the machine slows them all. */
function comparePulls({ registry, debian, debianBytes }: ImageOrigin, pullers: readonly Puller[]): void {
  const megabytes = Math.round(debianBytes / 1e6);
  const sizes = (['gzip', 'zstd'] as const).map((kind) => {
    const { layers } = JSON.parse(debian[kind].manifest) as { layers: { size: number }[] };
    return `${Math.round(layers.reduce((sum, { size }) => sum + size, 0) / 1e6)} MB by ${kind}`;
  });
  say(
    `A Debian root file system of ${megabytes} MB in three layers (${sizes.join(', ')}), pulled and unpacked, in s:\n`,
  );
  say(`| | ${pullers.map(({ name }) => name.replaceAll('|', String.raw`\|`)).join(' | ')} |`);
  say(`| --- |${pullers.map(() => ' ---: |').join('')}`);
  for (const kind of ['gzip', 'zstd'] as const) {
    const times = new Map<string, number[]>(pullers.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < pullers.length; turn++) {
        const one = pullers[(round + turn) % pullers.length]!;
        const ms = timePull(one, `${registry.host}/debian:${kind}`);
        if (ms !== undefined) times.get(one.name)!.push(ms);
      }
    }
    const ours = median(times.get('limpid')!);
    const cells = pullers.map(({ name }) => {
      const ms = times.get(name)!;
      if (ms.length === 0) return 'refused';
      const theirs = median(ms);
      return name === 'limpid'
        ? (theirs / 1000).toFixed(2)
        : `${(theirs / 1000).toFixed(2)} (${(theirs / ours).toFixed(2)})`;
    });
    say(`| ${kind} | ${cells.join(' | ')} |`);
  }
  say('');
}

const SETTLED_MS = 200;

async function ownCases({ registry }: ImageOrigin, limpid: ReturnType<typeof limpidPuller>): Promise<void> {
  const { words } = limpid;
  const time = (command: readonly string[], count = rounds * 4): number => {
    const all = Array.from({ length: count }, () => {
      const started = Bun.nanoseconds();
      mustRun(command);
      return (Bun.nanoseconds() - started) / 1e6;
    });
    return median(all);
  };
  await pushStack(registry, 'stack-1:1', 1);
  await pushStack(registry, 'stack-20:1', 20);
  const [one, twenty] = ['stack-1:1', 'stack-20:1'].map((name) => `${registry.host}/${name}`);
  for (const image of [one!, twenty!]) mustRun(limpid.pull(image));
  say('Limpid alone, medians:\n\n| | | goal |\n| --- | ---: | ---: |');
  say(`| second pull of an unchanged image (ms) | ${time(limpid.pull(twenty!)).toFixed(1)} | 30 |`);
  const run = (image: string) => [...words, 'run', '--rm', '--network=none', image];
  const starts: number[][] = [[], []];
  for (let round = 0; round < rounds * 6; round++)
    for (const [at, image] of [one!, twenty!].entries()) starts[at]!.push(time(run(image), 1));
  const [few, many] = starts.map(median);
  say(`| run of an image with 1 layer (ms) | ${few!.toFixed(1)} | |`);
  say(`| the same with 20 layers, later by (ms) | ${(many! - few!).toFixed(1)} | 2 |`);
  for (let at = 0; at < 198; at++) mustRun([...words, 'tag', one!, `localhost/many:${at}`]);
  // An answer is kept when nothing has changed for a moment.
  await Bun.sleep(SETTLED_MS);
  const list = (...options: string[]) => time([...words, 'images', ...options], rounds * 10).toFixed(1);
  say(`| images, with 200 names (ms) | ${list()} | 15 |`);
  say(`| the same in words that never repeat (ms) | ${list('--sort=created')} | 15 |`);
  const gigabytes = Number(values.gigabytes);
  await pushLargeLayer(registry, gigabytes);
  const peakKb = await peakMemoryKb(limpid.pull(`${registry.host}/large:1`));
  say(`| memory of a pull of a ${gigabytes} GB layer by gzip (MB) | ${Math.round(peakKb / 1000)} | 150 |`);
  probe([...words, 'rmi', '--all', '--force'], {});
}

/** What /proc says of it just before its end: wait4(2) would count the memory of this process too, from before execve. */
async function peakMemoryKb(command: readonly string[]): Promise<number> {
  const child = Bun.spawn([...command], { stdio: ['ignore', 'ignore', 'inherit'] });
  let peak = 0;
  while (child.exitCode === null) {
    const status = await Bun.file(`/proc/${child.pid}/status`)
      .text()
      .catch(() => '');
    peak = Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? peak);
    await Bun.sleep(20);
  }
  if (child.exitCode !== 0) throw new Error(`${command.join(' ')}: exit code ${child.exitCode}`);
  return peak;
}

async function write(): Promise<void> {
  const text = await Bun.file(README).text();
  const [before = '', rest = ''] = text.split(BEGIN);
  const after = rest.split(END)[1] ?? '';
  await Bun.write(README, `${before}${BEGIN}\n\n${lines.join('\n')}\n\n${END}${after}`);
}

await main();
