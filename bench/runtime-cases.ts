import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { CaseResult } from './cases.ts';
import { type BenchWorld, type Contestant, mustRun, probe } from './contestant.ts';
import { timeCommand } from './measure.ts';

/** What a runtime is told, by container. */
type Runtime = Contestant & { readonly words: readonly string[] };

/**
 * OCI runtimes alone, without an engine: one bundle for all, and the least of interleaved times, for what a runtime takes
 * is what it takes where nothing disturbs it.
 */
export function runRuntimeCases(world: BenchWorld, runs: number, progress: (line: string) => void): CaseResult[] {
  const runtimes = openRuntimes(world);
  const bundles = makeBundles(world);
  const times = new Map<string, Record<string, number[]>>();
  const note = (title: string, { name }: Runtime, ms: number): number => {
    const row = times.get(title) ?? {};
    times.set(title, row);
    (row[name] ??= []).push(ms);
    return ms;
  };
  try {
    for (const runtime of runtimes)
      timeCommand([...runtime.words, 'run', '-d', '-b', bundles('sleep', runtime), 'long'], runtime);
    for (let round = 0; round < runs; round++)
      for (let turn = 0; turn < runtimes.length; turn++)
        measureRound(runtimes[(round + turn) % runtimes.length]!, bundles, round, note);
  } finally {
    for (const runtime of runtimes) removeAll(runtime);
  }
  return [...times].map(([title, row]) => {
    const values = Object.fromEntries(Object.entries(row).map(([name, list]) => [name, Math.min(...list)]));
    progress(
      `runtime, ${title}: ${Object.entries(values)
        .map(([name, ms]) => `${name} ${ms.toFixed(1)}`)
        .join(', ')}`,
    );
    return { title, unit: 'ms', values };
  });
}

type Note = (title: string, runtime: Runtime, ms: number) => number;

function measureRound(
  runtime: Runtime,
  bundles: (what: 'true' | 'sleep', runtime: Runtime) => string,
  round: number,
  note: Note,
): void {
  const time = (...words: string[]) => timeCommand([...runtime.words, ...words], runtime);
  const bundle = bundles('true', runtime);
  note('run … true', runtime, time('run', '-b', bundle, `run-${round}`));
  const id = `made-${round}`;
  const created = note('create', runtime, time('create', '-b', bundle, id));
  const started = note('start', runtime, time('start', id));
  awaitEnd(runtime, id);
  const deleted = note('delete', runtime, time('delete', id));
  note('create, start and delete', runtime, created + started + deleted);
  note('exec … true', runtime, time('exec', 'long', 'true'));
  note('state', runtime, time('state', 'long'));
  measureFirstExec(runtime, bundles('sleep', runtime), round, note);
}

/** Limpid keeps the plan of a container's first exec for the next ones: what the first takes is said too. */
function measureFirstExec(runtime: Runtime, bundle: string, round: number, note: Note): void {
  const id = `fresh-${round}`;
  const config = JSON.parse(readFileSync(`${bundle}/config.json`, 'utf8')) as { linux: { cgroupsPath: string } };
  config.linux.cgroupsPath += '-fresh';
  mkdirSync(`${bundle}-fresh`, { recursive: true });
  writeFileSync(`${bundle}-fresh/config.json`, JSON.stringify(config));
  timeCommand([...runtime.words, 'run', '-d', '-b', `${bundle}-fresh`, id], runtime);
  note("a container's first exec … true", runtime, timeCommand([...runtime.words, 'exec', id, 'true'], runtime));
  mustRun([...runtime.words, 'delete', '-f', id]);
}

function removeAll({ words }: Runtime): void {
  for (const id of mustRun([...words, 'list', '-q'])
    .split('\n')
    .filter(Boolean))
    mustRun([...words, 'delete', '-f', id]);
}

function awaitEnd({ words }: Runtime, id: string): void {
  for (let tries = 0; tries < 1000; tries++)
    if ((JSON.parse(mustRun([...words, 'state', id])) as { status: string }).status === 'stopped') return;
  throw new Error(`${words[0]}: container ${id} does not stop`);
}

function openRuntimes({ disk, memory }: BenchWorld): Runtime[] {
  mustRun(['tools/install.sh', 'install', `${disk}/prefix`]);
  const runtime = (name: string, ...command: string[]): Runtime => ({
    name,
    version: '',
    env: {},
    words: [...command, '--root', `${memory}/runtime-${name}`],
    commands: {} as Contestant['commands'],
    pidOf: () => 0,
    close: async () => {},
  });
  return [
    runtime('limpid', `${disk}/prefix/bin/limpid-runtime`),
    runtime('crun', 'crun', '--cgroup-manager=cgroupfs'),
    runtime('runc', 'runc'),
  ].filter(({ words }) => probe([...words, 'list'], {}) === undefined);
}

/** The config.json that `limpid-runtime spec` writes, with a cgroup of each runtime's own. */
function makeBundles({ disk, rootfs }: BenchWorld): (what: 'true' | 'sleep', runtime: Runtime) => string {
  const directory = `${disk}/runtime`;
  mkdirSync(directory, { recursive: true });
  mustRun([`${disk}/prefix/bin/limpid-runtime`, 'spec', '-b', directory]);
  const template = JSON.parse(readFileSync(`${directory}/config.json`, 'utf8')) as { process: object; linux: object };
  return (what, { name }) => {
    const bundle = `${directory}/${name}-${what}`;
    mkdirSync(bundle, { recursive: true });
    const args = what === 'true' ? ['true'] : ['sleep', 'infinity'];
    const config = {
      ...template,
      // The newest that Debian's crun and runc know.
      ociVersion: '1.0.2',
      process: { ...template.process, terminal: false, args },
      root: { path: rootfs, readonly: true },
      linux: { ...template.linux, cgroupsPath: `/limpid-bench/runtime-${name}-${what}` },
    };
    writeFileSync(`${bundle}/config.json`, JSON.stringify(config));
    return bundle;
  };
}
