import { mustRun, probe, type BenchWorld, type Contestant } from '../contestant.ts';

/** Limpid as installed: through the launcher, into a private prefix, with a private root. */
export async function openLimpid(world: BenchWorld): Promise<Contestant | string> {
  const prefix = `${world.disk}/prefix`;
  mustRun(['tools/install.sh', 'install', prefix]);
  const limpid = [`${prefix}/bin/limpid`, '--root', `${world.disk}/limpid`, '--runroot', `${world.memory}/limpid`];
  const run = [...limpid, 'run', '--network=none', '--cgroup-parent=/limpid-bench/limpid'];
  const commands = {
    runAndRemove: () => [...run, '--rm', 'builtin:busybox', 'true'],
    runAnew: (round: number) => [...run, '--rm', '--label', `round=${round}`, 'builtin:busybox', 'true'],
    runDetached: (id: string) => [...run, '-d', '--name', id, 'builtin:busybox', 'sleep', 'infinity'],
    exec: (id: string) => [...limpid, 'exec', id, 'true'],
    list: () => [...limpid, 'ps'],
    listAnew: () => [...limpid, 'ps', '--sort=created'],
    inspect: (id: string) => [...limpid, 'inspect', id],
    remove: (id: string) => [...limpid, 'rm', '-f', id],
  };
  const trouble = probe(commands.runAndRemove(), {});
  if (trouble !== undefined) return trouble;
  return {
    name: 'limpid',
    version: mustRun([...limpid, 'version', '--format', '{{.Client.Version}}']).trim(),
    env: {},
    commands,
    monitor: 'monitor',
    pidOf: (id) => Number(mustRun([...limpid, 'inspect', '--format', '{{.State.Pid}}', id])),
    close: async () => {},
  };
}
