import { mkdirSync } from 'node:fs';
import { mustRun, probe, type BenchWorld, type Contestant } from '../contestant.ts';

const START_SECONDS = 30;

/** docker with a dockerd of its own, on a private socket and without any network. */
export async function openDocker(world: BenchWorld): Promise<Contestant | string> {
  if (Bun.which('docker') === null || Bun.which('dockerd') === null) return 'not installed';
  mkdirSync(`${world.disk}/docker`, { recursive: true });
  const socket = `unix://${world.memory}/docker.sock`;
  const env = { DOCKER_HOST: socket, DOCKER_CONFIG: `${world.disk}/docker-config` };
  const daemon = startDaemon(world, socket);
  const close = async (): Promise<void> => {
    daemon.kill('SIGTERM');
    await daemon.exited;
  };
  if (!(await answers(env))) {
    await close();
    return `dockerd did not come up in ${START_SECONDS} s`;
  }
  mustRun(['sh', '-c', `tar -C '${world.rootfs}' -c . | docker import - bench`], env);
  const run = ['docker', 'run', '--network=none'];
  const commands = {
    runAndRemove: () => [...run, '--rm', 'bench', 'true'],
    runDetached: (id: string) => [...run, '-d', '--name', id, 'bench', 'sleep', 'infinity'],
    exec: (id: string) => ['docker', 'exec', id, 'true'],
    list: () => ['docker', 'ps'],
    inspect: (id: string) => ['docker', 'inspect', id],
    remove: (id: string) => ['docker', 'rm', '-f', id],
  };
  const trouble = probe(commands.runAndRemove(), env);
  if (trouble !== undefined) {
    await close();
    return trouble;
  }
  const version = mustRun(['docker', 'version', '--format', '{{.Server.Version}}'], env).trim();
  const pidOf = (id: string): number => Number(mustRun(['docker', 'inspect', '--format', '{{.State.Pid}}', id], env));
  return { name: 'docker', version, env, commands, monitor: 'containerd-shim', pidOf, close };
}

function startDaemon(world: BenchWorld, socket: string): Bun.Subprocess {
  const places = ['--data-root', `${world.disk}/docker`, '--exec-root', `${world.memory}/docker`];
  const quiet = ['--bridge', 'none', '--iptables=false', '--ip-masq=false', '--ip-forward=false'];
  const options = [
    '--storage-driver',
    'overlay2',
    '--cgroup-parent',
    '/limpid-bench/docker',
    '--exec-opt',
    'native.cgroupdriver=cgroupfs',
  ];
  return Bun.spawn(
    ['dockerd', '-H', socket, '--pidfile', `${world.memory}/docker.pid`, ...places, ...quiet, ...options],
    { stdin: 'ignore', stdout: 'ignore', stderr: Bun.file(`${world.disk}/dockerd.log`) },
  );
}

async function answers(env: Readonly<Record<string, string>>): Promise<boolean> {
  for (let tries = 0; tries < START_SECONDS * 4; tries++) {
    if (probe(['docker', 'info'], env) === undefined && probe(['docker', 'ps'], env) === undefined) return true;
    await Bun.sleep(250);
  }
  return false;
}
