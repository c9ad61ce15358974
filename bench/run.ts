/**
 * Limpid beside crun, runc, podman and docker, interleaved in one run, as root:
 *   bun bench/run.ts [--runs N] [--containers N] [--only limpid,crun] [--write]
 * Those that are not installed are left out with a word. --write puts the results into bench/README.md.
 */
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { runCases } from './cases.ts';
import { type BenchWorld, probe, type Contestant, type Open } from './contestant.ts';
import { openDocker } from './contestants/docker.ts';
import { openLimpid } from './contestants/limpid.ts';
import { ociRuntime } from './contestants/oci-runtime.ts';
import { openPodman } from './contestants/podman.ts';
import { buildHelloWorld, timeHelloWorld } from './hello-world.ts';
import { describeResults, describeRuntimes } from './report.ts';
import { runRuntimeCases } from './runtime-cases.ts';
import { closeWorld, leaveHybrid, openWorld } from './world.ts';

const README = fileURLToPath(new URL('README.md', import.meta.url));
const RESULTS = '<!-- Below: written by make bench. -->\n';
const ALL: Readonly<Record<string, Open>> = {
  limpid: openLimpid,
  crun: ociRuntime('crun'),
  runc: ociRuntime('runc'),
  podman: openPodman,
  docker: openDocker,
};

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '30' },
    containers: { type: 'string', default: '100' },
    only: { type: 'string', default: Object.keys(ALL).join(',') },
    write: { type: 'boolean', default: false },
  },
});

async function openAll(world: BenchWorld, notes: string[]): Promise<Contestant[]> {
  const contestants: Contestant[] = [];
  for (const name of values.only.split(',')) {
    const open = ALL[name];
    if (open === undefined) throw new Error(`no contestant "${name}", want ${Object.keys(ALL).join(', ')}`);
    const opened = await open(world);
    if (typeof opened === 'string') notes.push(`${name} is left out: ${opened}`);
    else contestants.push(opened);
  }
  return contestants;
}

function describeFloor(before: number, after: number): string {
  const [first, last] = [before.toFixed(1), after.toFixed(1)];
  return `Bun's hello world, the floor of every command: ${first} ms before all this, ${last} ms behind it. The goals in milliseconds were set where it takes 3.2.`;
}

/** After a failure: containers of that run must not outlive it. */
function removeAll(contestant: Contestant): void {
  for (let index = 0; index < Number(values.containers); index++) {
    probe(contestant.commands.remove(`bench-${index}`), contestant.env);
  }
}

async function main(): Promise<void> {
  const hybrid = await leaveHybrid();
  const notes = hybrid === undefined ? [] : [hybrid];
  const world = await openWorld();
  const contestants = await openAll(world, notes);
  for (const note of notes) console.log(note);
  try {
    const hello = await buildHelloWorld(world.disk);
    const before = timeHelloWorld(hello);
    const sizes = { runs: Number(values.runs), containers: Number(values.containers), loops: 8, each: 25 };
    const results = await runCases(contestants, sizes, (line) => console.log(line));
    const runtimes = runRuntimeCases(world, sizes.runs, (line) => console.log(line));
    notes.push(describeFloor(before, timeHelloWorld(hello)));
    const versions = new Map(contestants.map(({ name, version }) => [name, version]));
    const report = `${describeResults(results, versions, notes)}\n${describeRuntimes(runtimes)}`;
    console.log(`\n${report}`);
    if (values.write) {
      const [head] = (await Bun.file(README).text()).split(RESULTS);
      await Bun.write(README, `${head}${RESULTS}\n${report}`);
    }
  } catch (error) {
    console.error(error);
    process.exitCode = 1;
    for (const contestant of contestants) removeAll(contestant);
  } finally {
    for (const contestant of contestants) await contestant.close();
    closeWorld();
  }
}

await main();
