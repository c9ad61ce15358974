import { mkdirSync } from 'node:fs';
import { mustRun, probe } from './contestant.ts';
import type { ImageOrigin } from './image-origin.ts';

/** Who pulls: what is measured and what takes it back, as commands. */
export interface Puller {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly pull: (image: string) => readonly string[];
  /** Forgets every image. */
  readonly forget: readonly string[];
  readonly close: () => Promise<void>;
}

const nothing = async (): Promise<void> => {};

/** Limpid as built, in a world of its own. */
export function limpidPuller(program: string, disk: string): Puller & { readonly words: readonly string[] } {
  const words = [program, '--root', `${disk}/limpid`, '--runroot', `${disk}/limpid-run`];
  return {
    name: 'limpid',
    env: {},
    words,
    pull: (image) => [...words, 'pull', '-q', '--tls-verify=false', image],
    forget: [...words, 'rmi', '--all', '--force'],
    close: nothing,
  };
}

export function podmanPuller(disk: string): Puller | string {
  const places = ['--root', `${disk}/podman`, '--runroot', `${disk}/podman-run`, '--tmpdir', `${disk}/podman-tmp`];
  const words = ['podman', ...places, '--storage-driver', 'overlay', '--cgroup-manager', 'cgroupfs'];
  return (
    probe([...words, 'info'], {}) ?? {
      name: 'podman',
      env: {},
      pull: (image) => [...words, 'pull', '-q', '--tls-verify=false', image],
      forget: [...words, 'rmi', '--all', '--force'],
      close: nothing,
    }
  );
}

export function umociPuller(disk: string): Puller | string {
  for (const program of ['skopeo', 'umoci']) if (Bun.which(program) === null) return `${program} is not installed`;
  const directory = `${disk}/umoci`;
  const script =
    'mkdir -p "$1" && skopeo copy -q --src-tls-verify=false "docker://$2" "oci:$1/oci:t" && ' +
    'umoci unpack --image "$1/oci:t" "$1/bundle" && sync -f "$1"';
  return {
    name: 'skopeo + umoci',
    env: {},
    pull: (image) => ['sh', '-c', script, 'sh', directory, image],
    forget: ['rm', '-rf', directory],
    close: nothing,
  };
}

/** The blobs of an image through curl, a decompressor and tar, one layer after the other, synced at the end. */
export function tarPuller(disk: string, { registry, debian }: ImageOrigin): Puller {
  const directory = `${disk}/curl`;
  return {
    name: 'curl | zcat | tar',
    env: {},
    pull: (image) => {
      const kind = image.endsWith(':zstd') ? 'zstd' : 'gzip';
      const program = kind === 'zstd' ? 'zstd -dc' : 'zcat';
      const lines = debian[kind].layers.map(
        (digest) =>
          `curl -sf http://${registry.host}/v2/debian/blobs/${digest} | ${program} | tar -xp --xattrs -C "$1"`,
      );
      return ['bash', '-c', `set -eo pipefail; mkdir -p "$1"; ${lines.join('; ')}; sync -f "$1"`, 'bash', directory];
    },
    forget: ['rm', '-rf', directory],
    close: nothing,
  };
}

/** docker with a daemon of its own, which takes a registry on loopback without TLS. */
export async function dockerPuller(disk: string): Promise<Puller | string> {
  if (Bun.which('dockerd') === null) return 'not installed';
  mkdirSync(`${disk}/docker`, { recursive: true });
  const socket = `unix://${disk}/docker.sock`;
  const env = { DOCKER_HOST: socket, DOCKER_CONFIG: `${disk}/docker-config` };
  const places = [
    '--data-root',
    `${disk}/docker`,
    '--exec-root',
    `${disk}/docker-run`,
    '--pidfile',
    `${disk}/docker.pid`,
  ];
  const alone = ['--bridge', 'none', '--iptables=false', '--ip-masq=false', '--ip-forward=false'];
  const daemon = Bun.spawn(['dockerd', '-H', socket, ...places, ...alone], {
    stdin: 'ignore',
    stdout: 'ignore',
    stderr: Bun.file(`${disk}/dockerd.log`),
  });
  const close = async (): Promise<void> => {
    daemon.kill('SIGTERM');
    await daemon.exited;
  };
  for (let tries = 0; tries < 120 && probe(['docker', 'info'], env) !== undefined; tries++) await Bun.sleep(250);
  const trouble = probe(['docker', 'info'], env);
  if (trouble !== undefined) {
    await close();
    return trouble;
  }
  return {
    name: 'docker',
    env,
    pull: (image) => ['docker', 'pull', '-q', image],
    forget: ['sh', '-c', 'docker rmi -f $(docker images -aq)'],
    close,
  };
}

/** Milliseconds of a pull from nothing; `undefined` where it cannot be done. The disk is quiet when it begins. */
export function timePull({ env, pull, forget }: Puller, image: string): number | undefined {
  probe(forget, env);
  mustRun(['sync']);
  const started = Bun.nanoseconds();
  const { exitCode } = Bun.spawnSync([...pull(image)], {
    stdio: ['ignore', 'ignore', 'ignore'],
    env: { ...process.env, ...env },
  });
  return exitCode === 0 ? (Bun.nanoseconds() - started) / 1e6 : undefined;
}
