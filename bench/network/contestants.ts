import { mkdirSync } from 'node:fs';
import { mustRun, probe, type BenchWorld } from '../contestant.ts';

/** What runs a container on its default network, and removes it. */
export interface Networked {
  readonly name: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string>>;
  /** Words of a command, by what it publishes. */
  readonly run: (options?: readonly string[]) => readonly string[];
  readonly close: () => Promise<void>;
}

/** Limpid as installed, in a world of its own. */
export function openLimpid(world: BenchWorld): Networked & { readonly limpid: readonly string[] } {
  const prefix = `${world.disk}/prefix`;
  mustRun(['tools/install.sh', 'install', prefix]);
  const limpid = [`${prefix}/bin/limpid`, '--root', `${world.disk}/limpid`, '--runroot', `${world.memory}/limpid`];
  return {
    name: 'limpid',
    version: mustRun([...limpid, 'version', '--format', '{{.Client.Version}}']).trim(),
    env: {},
    limpid,
    run: (options = []) => [...limpid, 'run', '--rm', ...options, 'builtin:busybox', 'true'],
    close: async () => {},
  };
}

const PODMAN_CONFIG = `[containers]
default_ulimits = ["nofile=1024:4096", "nproc=1024:2048"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "none"
runtime = "runc"
[network]
network_backend = "netavark"
`;

/** podman with netavark on the same directory. */
export async function openPodman(world: BenchWorld): Promise<Networked | string> {
  if (Bun.which('podman') === null) return 'not installed';
  const config = `${world.disk}/containers.conf`;
  await Bun.write(config, PODMAN_CONFIG);
  const env = { CONTAINERS_CONF: config };
  const places = ['--root', `${world.disk}/podman`, '--runroot', `${world.memory}/podman`];
  const podman = ['podman', '--log-level=error', ...places, '--network-config-dir', `${world.disk}/podman-networks`];
  const run = (options: readonly string[] = []) => {
    const own = ['--storage-driver', 'overlay', 'run', '--rm', '--cgroup-parent=/limpid-bench/podman'];
    return [...podman, ...own, ...options, '--rootfs', `${world.rootfs}:O`, 'true'];
  };
  const trouble = probe(run(), env);
  if (trouble !== undefined) return trouble;
  const version = mustRun(['podman', '--version']).trim().split(' ').at(-1)!;
  const close = async () => void mustRun([...podman, '--storage-driver', 'overlay', 'system', 'reset', '-f'], env);
  return { name: 'podman', version, env, run, close };
}

const START_SECONDS = 30;

/** docker with a dockerd of its own and its default bridge. */
export async function openDocker(world: BenchWorld): Promise<Networked | string> {
  if (Bun.which('docker') === null || Bun.which('dockerd') === null) return 'not installed';
  mkdirSync(`${world.disk}/docker`, { recursive: true });
  const socket = `unix://${world.memory}/docker.sock`;
  const env = { DOCKER_HOST: socket, DOCKER_CONFIG: `${world.disk}/docker-config` };
  const places = ['--data-root', `${world.disk}/docker`, '--exec-root', `${world.memory}/docker`];
  const options = ['--storage-driver', 'overlay2', '--cgroup-parent', '/limpid-bench/docker'];
  const daemon = Bun.spawn(
    ['dockerd', '-H', socket, '--pidfile', `${world.memory}/docker.pid`, ...places, ...options],
    { stdin: 'ignore', stdout: 'ignore', stderr: Bun.file(`${world.disk}/dockerd.log`) },
  );
  const close = async (): Promise<void> => {
    daemon.kill('SIGTERM');
    await daemon.exited;
  };
  for (let tries = 0; probe(['docker', 'ps'], env) !== undefined; tries++) {
    if (tries === START_SECONDS * 4 || daemon.exitCode !== null) {
      await close();
      return `dockerd did not come up in ${START_SECONDS} s`;
    }
    await Bun.sleep(250);
  }
  mustRun(['sh', '-c', `tar -C '${world.rootfs}' -c . | docker import - bench`], env);
  const run = (more: readonly string[] = []) => ['docker', 'run', '--rm', ...more, 'bench', 'true'];
  const trouble = probe(run(), env);
  if (trouble !== undefined) {
    await close();
    return trouble;
  }
  const version = mustRun(['docker', 'version', '--format', '{{.Server.Version}}'], env).trim();
  return { name: 'docker', version, env, run, close };
}
