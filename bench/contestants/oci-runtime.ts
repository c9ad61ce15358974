import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mustRun, probe, type BenchWorld, type Contestant, type Open } from '../contestant.ts';

interface Template {
  readonly process: object;
  readonly linux: object;
}

/** A bare OCI runtime on a bundle: no overlay, no records, no monitor. The floor for what it does at all. */
export function ociRuntime(name: 'crun' | 'runc'): Open {
  return async (world) => {
    if (Bun.which(name) === null) return 'not installed';
    const runtime = [
      name,
      '--root',
      `${world.memory}/${name}`,
      ...(name === 'crun' ? ['--cgroup-manager=cgroupfs'] : []),
    ];
    const bundle = bundles(name, world);
    const commands = {
      runAndRemove: (id: string) => [...runtime, 'run', '-b', bundle(id, ['true']), id],
      runDetached: (id: string) => [...runtime, 'run', '-d', '-b', bundle(id, ['sleep', 'infinity']), id],
      exec: (id: string) => [...runtime, 'exec', id, 'true'],
      list: () => [...runtime, 'list'],
      inspect: (id: string) => [...runtime, 'state', id],
      remove: (id: string) => [...runtime, 'delete', '-f', id],
    };
    const trouble = probe(commands.runAndRemove('probe'), {});
    if (trouble !== undefined) return trouble;
    const contestant: Contestant = {
      name,
      version: mustRun([name, '--version']).split('\n')[0]!.split(' ').at(-1)!,
      env: {},
      commands,
      pidOf: (id) => (JSON.parse(mustRun([...runtime, 'state', id])) as { pid: number }).pid,
      close: async () => {},
    };
    return contestant;
  };
}

/** Makes bundles from the runtime's own `spec`, each with its cgroup, so that none is below the caller's. */
function bundles(name: string, world: BenchWorld): (id: string, args: readonly string[]) => string {
  const directory = `${world.disk}/${name}`;
  mkdirSync(directory, { recursive: true });
  mustRun(['sh', '-c', `cd '${directory}' && rm -f config.json && ${name} spec`]);
  const template = JSON.parse(readFileSync(`${directory}/config.json`, 'utf8')) as Template;
  return (id, args) => {
    const bundle = `${directory}/${id}`;
    mkdirSync(bundle, { recursive: true });
    const config = {
      ...template,
      process: { ...template.process, terminal: false, args },
      root: { path: world.rootfs, readonly: true },
      linux: { ...template.linux, cgroupsPath: `/limpid-bench/${name}-${id}` },
    };
    writeFileSync(`${bundle}/config.json`, JSON.stringify(config));
    return bundle;
  };
}
