import { mustRun, probe, type BenchWorld, type Contestant } from '../contestant.ts';

// runc, and low limits: Debian's crun refuses some cgroup set-ups, and podman's defaults can exceed the caller's.
const CONFIG = `[containers]
default_ulimits = ["nofile=1024:4096", "nproc=1024:2048"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "runc"
`;

/** podman on the same directory under its own overlay, with a private configuration and storage. */
export async function openPodman(world: BenchWorld): Promise<Contestant | string> {
  if (Bun.which('podman') === null) return 'not installed';
  const config = `${world.disk}/containers.conf`;
  await Bun.write(config, CONFIG);
  const env = { CONTAINERS_CONF: config };
  const storage = [
    '--root',
    `${world.disk}/podman`,
    '--runroot',
    `${world.memory}/podman`,
    '--storage-driver',
    'overlay',
  ];
  const podman = ['podman', '--log-level=error', ...storage];
  const run = [...podman, 'run', '--network=none', '--cgroup-parent=/limpid-bench/podman'];
  const rootfs = ['--rootfs', `${world.rootfs}:O`];
  const commands = {
    runAndRemove: () => [...run, '--rm', ...rootfs, 'true'],
    runDetached: (id: string) => [...run, '-d', '--name', id, ...rootfs, 'sleep', 'infinity'],
    exec: (id: string) => [...podman, 'exec', id, 'true'],
    list: () => [...podman, 'ps'],
    inspect: (id: string) => [...podman, 'inspect', id],
    remove: (id: string) => [...podman, 'rm', '-f', '-t', '0', id],
  };
  const trouble = probe(commands.runAndRemove(), env);
  if (trouble !== undefined) return trouble;
  return {
    name: 'podman',
    version: mustRun(['podman', '--version']).trim().split(' ').at(-1)!,
    env,
    commands,
    monitor: 'conmon',
    pidOf: (id) => Number(mustRun([...podman, 'inspect', '--format', '{{.State.Pid}}', id], env)),
    close: async () => {
      mustRun([...podman, 'system', 'reset', '-f'], env);
    },
  };
}
