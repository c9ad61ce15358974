/** The runtime below other people's engines, each in a private world: what they say is what a user sees. */
import { afterAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { cgroupDirectories } from '../../kernel/cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import { installProgram } from '../installed-program.ts';
import { finish, ROOT, type Result } from './limpid.ts';
import { Terminal } from './terminal.ts';
import { until } from './until.ts';

setDefaultTimeout(120_000);

const directory = mkdtempSync('/tmp/limpid-peers-');
const parent = `/limpid-peers-${process.pid}`;

/** Their tests, or one skipped test that names what is missing. */
function peer(name: string, programs: readonly string[], tests: () => void): void {
  const missing = programs.find((program) => Bun.which(program) === null);
  // The daemons of others take their time on an emulated machine.
  const needs = missing ?? (existsSync('/run/guest/command') ? 'speed' : undefined);
  if (needs === undefined) describe(name, tests);
  else test.skip(`${name} (needs ${needs})`, () => {});
}

/** Engines call a runtime by its path. */
const RUNTIME = installProgram(directory, 'limpid-runtime');
const daemons: Bun.Subprocess[] = [];

makeImage();

afterAll(async () => {
  for (const daemon of daemons) {
    daemon.kill('SIGTERM');
    await daemon.exited;
  }
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '');
  for (const path of mounts.filter((path) => path.startsWith(directory)).toReversed())
    Bun.spawnSync(['umount', '-l', path]);
  for (const path of cgroupDirectories(gatherFacts().cgroup, parent)) removeEmpty(path);
  rmSync(directory, { recursive: true });
});

/** The parents that engines make and leave. */
function removeEmpty(path: string): void {
  const below = Bun.spawnSync(['find', path, '-depth', '-type', 'd'])
    .stdout.toString()
    .trim()
    .split('\n')
    .filter(Boolean);
  for (const one of below) Bun.spawnSync(['rmdir', one]);
}

function makeImage(): void {
  const root = `${directory}/image`;
  for (const name of ['bin', 'etc', 'tmp']) mkdirSync(`${root}/${name}`, { recursive: true });
  Bun.spawnSync(['cp', `${ROOT}build/rootfs/busybox/busybox.bin`, `${root}/bin/busybox`]);
  Bun.spawnSync(['chmod', '755', `${root}/bin/busybox`]);
  Bun.spawnSync(['chmod', '1777', `${root}/tmp`]);
  for (const applet of ['sh', 'true', 'echo', 'cat', 'id', 'sleep', 'tty', 'grep'])
    symlinkSync('busybox', `${root}/bin/${applet}`);
  writeFileSync(`${root}/etc/passwd`, 'root:x:0:0:root:/:/bin/sh\n');
  Bun.spawnSync(['tar', '-C', root, '-cf', `${directory}/image.tar`, '.']);
}

/** What every engine can do with a runtime; `engine` is its command line up to the verb. */
function works(engine: (...words: string[]) => Promise<Result>, image: string, network: string): void {
  const once = (...words: string[]) => engine('run', '--rm', '--network', network, ...words);

  test('run passes streams and exit codes on', async () => {
    expect(await once(image, 'sh', '-c', 'echo out; exit 9')).toMatchObject({ code: 9, out: 'out\n' });
  });

  test('a command that is not there is 127, one that cannot be run 126', async () => {
    const missing = await once(image, 'nosuch');
    expect({
      code: missing.code,
      said: missing.err.includes('cannot run "nosuch": ENOENT, executable file not found'),
    }).toEqual({ code: 127, said: true });
    expect((await once(image, '/etc')).code).toBe(126);
  });

  test('limits, user, read-only root and no new privileges', async () => {
    const flags = [
      '--memory',
      '64m',
      '--pids-limit',
      '50',
      '--user',
      '7:8',
      '--read-only',
      '--tmpfs',
      '/tmp',
      '--security-opt',
      'no-new-privileges',
    ];
    const { out, code } = await once(
      ...flags,
      image,
      'sh',
      '-c',
      'id -u; id -g; grep NoNew /proc/self/status; echo x > /tmp/x && cat /tmp/x; echo y > /y',
    );
    expect({ out, code }).toEqual({ out: '7\n8\nNoNewPrivs:\t1\nx\n', code: 1 });
  });

  test('a container in the background: exec, pause, stats, stop, rm', async () => {
    expect((await engine('run', '-d', '--name', 'lab', '--network', network, image, 'sleep', '1000')).code).toBe(0);
    expect(await engine('exec', 'lab', 'sh', '-c', 'echo in; exit 5')).toMatchObject({ code: 5, out: 'in\n' });
    expect(
      await engine('exec', '-u', '5', '-w', '/tmp', '-e', 'A=1', 'lab', 'sh', '-c', 'id -u; echo $A $PWD'),
    ).toMatchObject({ out: '5\n1 /tmp\n' });
    expect((await engine('pause', 'lab')).code).toBe(0);
    expect((await engine('ps', '--all', '--format', '{{.Status}}')).out.toLowerCase()).toContain('paused');
    expect((await engine('unpause', 'lab')).code).toBe(0);
    expect((await engine('stats', '--no-stream', '--format', '{{.PIDs}}', 'lab')).out).toBe('1\n');
    expect((await engine('stop', '-t', '0', 'lab')).code).toBe(0);
    expect((await engine('inspect', '--format', '{{.State.ExitCode}}', 'lab')).out).toBe('137\n');
    expect((await engine('rm', '-f', 'lab')).code).toBe(0);
  });

  test('a terminal', async () => {
    const { out, code } = await once('-t', image, 'tty');
    expect({ out, code }).toEqual({ out: '/dev/pts/0\r\n', code: 0 });
  });
}

peer('podman', ['podman', 'conmon'], () => {
  const config = `${directory}/containers.conf`;
  // The hard limits of this machine may be below podman's wish.
  writeFileSync(
    config,
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n[engine]\nevents_logger = "none"\nruntime_supports_json = ["limpid-runtime"]\n',
  );
  const place = ['--root', `${directory}/podman`, '--runroot', `${directory}/podman-run`, '--storage-driver', 'vfs'];
  const podman = (...words: string[]) =>
    finish(
      ['podman', '--log-level', 'error', ...place, '--cgroup-manager', 'cgroupfs', '--runtime', RUNTIME, ...words],
      { env: { CONTAINERS_CONF: config } },
    );
  const inParent = (...words: string[]) =>
    words[0] === 'run' ? podman('run', '--cgroup-parent', parent, ...words.slice(1)) : podman(...words);

  // What a failed test leaves.
  afterAll(async () => void (await podman('rm', '--all', '--force', '--time', '0')));

  test('takes the image', async () => expect((await podman('import', `${directory}/image.tar`, 'bb')).code).toBe(0));
  works(inParent, 'bb', 'none');

  test('a build with RUN, by the buildah that is in it', async () => {
    writeFileSync(`${directory}/Containerfile`, 'FROM localhost/bb\nRUN echo built > /built\n');
    const file = `${directory}/Containerfile`;
    const context = `${directory}/podman-context`;
    mkdirSync(context);
    const { code, err } = await podman(
      'build',
      '--isolation',
      'oci',
      '--network',
      'none',
      '-q',
      '-t',
      'built',
      '-f',
      file,
      context,
    );
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect((await inParent('run', '--rm', '--network', 'none', 'built', 'cat', '/built')).out).toBe('built\n');
  });

  test('a pod of its own network namespace, whose containers see each other', async () => {
    const create = ['pod', 'create', '--name', 'group', '--network', 'none', '--share', 'net,ipc,uts,pid'];
    expect((await podman(...create, '--cgroup-parent', parent)).code).toBe(0);
    for (const name of ['one', 'two'])
      expect((await podman('run', '-d', '--pod', 'group', '--name', name, 'bb', 'sleep', '1000')).code).toBe(0);
    const types = ['net', 'ipc', 'uts', 'pid'];
    const links = ['exec', 'one', 'sh', '-c', `for n in ${types.join(' ')}; do readlink /proc/self/ns/$n; done`];
    const { out } = await podman(...links);
    expect(out.trim().split('\n')).toHaveLength(types.length);
    expect((await podman('exec', 'two', ...links.slice(2))).out).toBe(out);
    expect((await podman('pod', 'top', 'group', 'args')).out.match(/sleep 1000/g)).toHaveLength(2);
    expect((await podman('pod', 'pause', 'group')).code).toBe(0);
    const states = ['ps', '--all', '--filter', 'pod=group', '--format', '{{.State}}'];
    // Podman 5 writes the bare state.
    expect((await podman(...states)).out.toLowerCase()).toBe('paused\n'.repeat(3));
    expect((await podman('pod', 'unpause', 'group')).code).toBe(0);
    expect((await podman(...states)).out).toMatch(/^(?:(?:Up [^\n]+|running)\n){3}$/);
    const stats = await podman('pod', 'stats', '--no-stream', '--format', '{{.PIDS}}', 'group');
    expect(stats.out.replace('PIDS\n', '')).toBe('1\n'.repeat(3));
    expect((await podman('pod', 'rm', '-f', '-t', '0', 'group')).code).toBe(0);
  });

  test('an init, limits that change, a restart, a signal', async () => {
    const lab = ['--name', 'again', '--network', 'none', '--init', '--memory', '100m'];
    const id = (await inParent('run', '-d', ...lab, 'bb', 'sleep', '1000')).out.trim();
    expect((await podman('exec', 'again', 'cat', '/proc/1/comm')).out).toBe('podman-init\n');
    expect((await podman('update', '--memory', '50m', '--cpus', '0.5', 'again')).code).toBe(0);
    const limits = cgroupDirectories(gatherFacts().cgroup, `${parent}/libpod-${id}`).flatMap((path) =>
      ['memory.max', 'memory.limit_in_bytes', 'cpu.max', 'cpu.cfs_quota_us']
        .map((file) => `${path}/${file}`)
        .filter((file) => existsSync(file))
        .map((file) => readFileSync(file, 'utf8').trim()),
    );
    expect(limits.map((limit) => limit.split(' ')[0]).toSorted()).toEqual(['50000', `${50 << 20}`]);
    expect((await podman('restart', '-t', '0', 'again')).code).toBe(0);
    expect((await podman('kill', '-s', 'KILL', 'again')).code).toBe(0);
    expect((await podman('wait', 'again')).out).toBe('137\n');
    expect((await podman('rm', 'again')).code).toBe(0);
  });

  test('exec -it on a terminal', async () => {
    const lab = ['--name', 'seen', '--network', 'none'];
    expect((await inParent('run', '-d', ...lab, 'bb', 'sleep', '1000')).code).toBe(0);
    const words = ['podman', ...place, '--cgroup-manager', 'cgroupfs', '--runtime', RUNTIME];
    const terminal = new Terminal([...words, 'exec', '-it', 'seen', 'sh', '-c', 'tty; read -r line; echo "got $line"']);
    await terminal.sees('/dev/pts/0');
    terminal.types('typed\n');
    await terminal.sees('got typed');
    expect(await terminal.exited).toBe(0);
    terminal.close();
    expect((await podman('rm', '-f', '-t', '0', 'seen')).code).toBe(0);
  });

  test('copies, health checks, pods', async () => {
    const lab = ['--name', 'health', '--network', 'none', '--health-cmd', 'true', '--health-interval', 'disable'];
    expect((await inParent('run', '-d', ...lab, 'bb', 'sleep', '1000')).code).toBe(0);
    expect((await podman('healthcheck', 'run', 'health')).code).toBe(0);
    expect((await podman('cp', 'health:/etc/passwd', `${directory}/copied`)).code).toBe(0);
    expect(readFileSync(`${directory}/copied`, 'utf8')).toBe('root:x:0:0:root:/:/bin/sh\n');
    expect((await podman('rm', '-f', '-t', '0', 'health')).code).toBe(0);
    expect((await podman('pod', 'create', '--infra=false', '--cgroup-parent', parent, '--name', 'pod')).code).toBe(0);
    expect(await podman('run', '--rm', '--pod', 'pod', '--network', 'none', 'bb', 'echo', 'in')).toMatchObject({
      code: 0,
      out: 'in\n',
    });
    expect((await podman('pod', 'rm', '-f', 'pod')).code).toBe(0);
  });

  test('a user namespace', async () => {
    const { out, code } = await inParent(
      'run',
      '--rm',
      '--network',
      'none',
      '--uidmap',
      '0:100000:65536',
      'bb',
      'cat',
      '/proc/self/uid_map',
    );
    expect({ out: out.trim().split(/\s+/), code }).toEqual({ out: ['0', '100000', '65536'], code: 0 });
  });
});

peer('buildah', ['buildah'], () => {
  const store = ['--root', `${directory}/buildah`, '--runroot', `${directory}/buildah-run`, '--storage-driver', 'vfs'];
  const buildah = (...words: string[]) => finish(['buildah', '--log-level', 'error', ...store, ...words], {});
  const flags = ['--isolation', 'oci', '--runtime', RUNTIME, '--network', 'none'];
  // It takes this for the container's own cgroup, and not for the parent of one.
  const inParent = ['--cgroup-parent', `${parent}-build`];

  test('takes the image', async () => {
    expect((await buildah('from', '--name', 'lab', 'scratch')).out).toBe('lab\n');
    expect((await buildah('add', 'lab', `${directory}/image.tar`, '/')).code).toBe(0);
    expect((await buildah('commit', '-q', 'lab', 'bb')).code).toBe(0);
  });

  test('run: streams, exit codes, users, volumes, a terminal', async () => {
    const run = (...words: string[]) => buildah('run', ...flags, ...words);
    const script = 'id -u; echo $WHO; cat /v/Containerfile >/dev/null && echo read; echo x >/v/x; exit 3';
    mkdirSync(`${directory}/shared`);
    writeFileSync(`${directory}/shared/Containerfile`, '');
    const options = ['--user', '7', '--env', 'WHO=me', '--volume', `${directory}/shared:/v:ro`];
    const { code, out, err } = await run(...options, 'lab', 'sh', '-c', script);
    expect({ code, out }).toEqual({ code: 3, out: '7\nme\nread\n' });
    expect(err).toContain("can't create /v/x: Read-only file system");
    expect((await run('lab', 'nosuch')).err).toContain('cannot run "nosuch": ENOENT');
    const terminal = new Terminal(['buildah', ...store, 'run', ...flags, '-t', 'lab', 'tty']);
    await terminal.sees('/dev/pts/0');
    expect(await terminal.exited).toBe(0);
    terminal.close();
  });

  test('a build with RUN', async () => {
    const context = `${directory}/buildah-context`;
    mkdirSync(context);
    writeFileSync(
      `${context}/Containerfile`,
      'FROM localhost/bb\nRUN echo built >/built\nUSER 9\nWORKDIR /tmp\nRUN id -u >/tmp/user && pwd >>/tmp/user\n',
    );
    const { code, err } = await buildah('build', ...flags, ...inParent, '-q', '-t', 'built', context);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect((await buildah('from', '--name', 'seen', 'localhost/built')).code).toBe(0);
    const { out } = await buildah('run', ...flags, 'seen', 'cat', '/built', '/tmp/user');
    expect(out).toBe('built\n9\n/tmp\n');
  });

  test('a build whose RUN fails', async () => {
    const context = `${directory}/buildah-context`;
    writeFileSync(`${context}/Containerfile`, 'FROM localhost/bb\nRUN exit 5\n');
    const { code, err } = await buildah('build', ...flags, ...inParent, '-q', '-t', 'failed', context);
    expect({ code, told: err.includes('exit status 5') }).toEqual({ code: 5, told: true });
  });

  test('leaves nothing when it is told to', async () => {
    expect((await buildah('rm', '--all')).code).toBe(0);
    expect((await buildah('rmi', '--all', '--force')).code).toBe(0);
  });
});

peer('docker', ['dockerd', 'containerd', 'docker'], () => {
  const socket = `unix://${directory}/docker.sock`;
  const docker = (...words: string[]) => finish(['docker', '-H', socket, ...words], {});

  test('its daemon starts with the runtime', async () => {
    const config = {
      'data-root': `${directory}/docker`,
      'exec-root': `${directory}/docker-exec`,
      pidfile: `${directory}/docker.pid`,
      hosts: [socket],
      bridge: 'none',
      iptables: false,
      ip6tables: false,
      'storage-driver': 'vfs',
      runtimes: { limpid: { path: RUNTIME } },
      'default-runtime': 'limpid',
      'cgroup-parent': parent,
    };
    writeFileSync(`${directory}/daemon.json`, JSON.stringify(config));
    daemons.push(
      Bun.spawn(['dockerd', '--config-file', `${directory}/daemon.json`], {
        stdin: 'ignore',
        stdout: 'ignore',
        stderr: Bun.file(`${directory}/dockerd.log`),
      }),
    );
    await until(
      'dockerd',
      async () =>
        (await docker('info', '--format', '{{.DefaultRuntime}}')).out === 'limpid\n' || {
          butSaw: readFileSync(`${directory}/dockerd.log`, 'utf8').slice(-2000),
        },
    );
    expect((await docker('import', `${directory}/image.tar`, 'bb')).code).toBe(0);
  });
  works(docker, 'bb', 'none');

  test('a build with RUN', async () => {
    writeFileSync(`${directory}/Dockerfile`, 'FROM bb\nRUN echo built > /built\n');
    const context = `${directory}/context`;
    mkdirSync(context);
    const build = await finish(
      [
        'docker',
        '-H',
        socket,
        'build',
        '-q',
        '--network',
        'none',
        '-f',
        `${directory}/Dockerfile`,
        '-t',
        'built',
        context,
      ],
      { env: { DOCKER_BUILDKIT: '0' } },
    );
    expect(build.code).toBe(0);
    expect((await docker('run', '--rm', '--network', 'none', 'built', 'cat', '/built')).out).toBe('built\n');
  });
});

peer('containerd', ['containerd', 'ctr', 'containerd-shim-runc-v2'], () => {
  const address = `${directory}/containerd.sock`;
  const ctr = (...words: string[]) =>
    finish(['ctr', '--address', address, '--namespace', parent.slice(1), ...words], {});
  const image = `${directory}/oci.tar`;
  const flags = ['--runc-binary', RUNTIME, '--snapshotter', 'native'];

  test('starts, and takes the image', async () => {
    writeFileSync(
      `${directory}/containerd.toml`,
      `version = 2\nroot = "${directory}/containerd"\nstate = "${directory}/containerd-state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]\n[grpc]\n  address = "${address}"\n[ttrpc]\n  address = "${address}.ttrpc"\n`,
    );
    daemons.push(
      Bun.spawn(['containerd', '-c', `${directory}/containerd.toml`], {
        stdin: 'ignore',
        stdout: 'ignore',
        stderr: 'ignore',
      }),
    );
    await until('containerd', async () => (await ctr('version')).code === 0);
    makeOciArchive(image);
    expect((await ctr('image', 'import', '--base-name', 'localhost/bb', '--snapshotter', 'native', image)).code).toBe(
      0,
    );
  });

  test('ctr run through the runc v2 shim', async () => {
    expect(
      await ctr('run', '--rm', ...flags, 'localhost/bb:latest', 'once', 'sh', '-c', 'echo out; exit 6'),
    ).toMatchObject({ code: 6, out: 'out\n' });
  });

  test('a task: exec, metrics, pause, kill, delete', async () => {
    expect((await ctr('run', '-d', ...flags, 'localhost/bb:latest', 'lab', 'sleep', '1000')).code).toBe(0);
    expect(await ctr('task', 'exec', '--exec-id', 'one', 'lab', 'sh', '-c', 'echo in; exit 3')).toMatchObject({
      code: 3,
      out: 'in\n',
    });
    expect((await ctr('task', 'metrics', 'lab')).out).toMatch(/pids.current +1/);
    expect((await ctr('task', 'pause', 'lab')).code).toBe(0);
    expect((await ctr('task', 'ls')).out).toContain('PAUSED');
    expect((await ctr('task', 'resume', 'lab')).code).toBe(0);
    expect((await ctr('task', 'kill', '-s', 'KILL', 'lab')).code).toBe(0);
    await until('its end', async () => (await ctr('task', 'ls')).out.includes('STOPPED'));
    expect((await ctr('task', 'rm', 'lab')).code).toBe(0);
    expect((await ctr('container', 'rm', 'lab')).code).toBe(0);
  });
});

/** An image as the OCI image-spec lays it out, of one layer. */
function makeOciArchive(path: string): void {
  const layout = `${directory}/layout`;
  mkdirSync(`${layout}/blobs/sha256`, { recursive: true });
  const blob = (bytes: Uint8Array | string, mediaType: string) => {
    const data = typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes;
    const hex = new Bun.CryptoHasher('sha256').update(data).digest('hex');
    writeFileSync(`${layout}/blobs/sha256/${hex}`, data);
    return { mediaType, digest: `sha256:${hex}`, size: data.length };
  };
  const layer = blob(readFileSync(`${directory}/image.tar`), 'application/vnd.oci.image.layer.v1.tar');
  const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
  const config = blob(
    JSON.stringify({
      architecture: arch,
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
    'application/vnd.oci.image.config.v1+json',
  );
  const manifest = blob(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config,
      layers: [layer],
    }),
    'application/vnd.oci.image.manifest.v1+json',
  );
  writeFileSync(
    `${layout}/index.json`,
    JSON.stringify({
      schemaVersion: 2,
      manifests: [{ ...manifest, annotations: { 'org.opencontainers.image.ref.name': 'latest' } }],
    }),
  );
  writeFileSync(`${layout}/oci-layout`, JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  Bun.spawnSync(['tar', '-C', layout, '-cf', path, ...readdirSync(layout)]);
}
