/** Images of other people's tools here, and ours there: the same ids and digests on every way. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test';
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { cgroupDirectories } from '../../kernel/cgroup.ts';
import { gatherFacts } from '../../kernel/facts.ts';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { finish, privateWorld, ROOT, type Result } from './limpid.ts';
import { until } from './until.ts';

const { directory, program, globals, says, limpid } = privateWorld();
setDefaultTimeout(120_000);

const parent = `/limpid-images-${process.pid}`;
const at = (name: string) => `${directory}/${name}`;
let registry: Registry;

beforeAll(async () => {
  makeFiles();
  if (Bun.which('docker-registry') !== null) registry = await startRegistry();
});

afterAll(async () => {
  await registry?.stop();
  for (const path of cgroupDirectories(gatherFacts().cgroup, parent)) {
    // The parents that engines make and leave.
    const below = Bun.spawnSync(['find', path, '-depth', '-type', 'd']).stdout.toString().trim().split('\n');
    for (const one of below.filter(Boolean)) Bun.spawnSync(['rmdir', one]);
  }
});

/** Their tests, or one skipped test that names what is missing. */
function peer(name: string, programs: readonly string[], tests: () => void): void {
  const missing = [...programs, 'docker-registry', 'skopeo'].find((program) => Bun.which(program) === null);
  // The daemons of others take their time on an emulated machine.
  const needs = missing ?? (existsSync('/run/guest/command') ? 'speed' : undefined);
  if (needs === undefined) describe(name, tests);
  else test.skip(`${name} (needs ${needs})`, () => {});
}

function makeFiles(): void {
  const root = at('files');
  mkdirSync(`${root}/bin`, { recursive: true });
  mkdirSync(`${root}/tmp`);
  Bun.spawnSync(['cp', `${ROOT}build/rootfs/busybox/busybox.bin`, `${root}/bin/busybox`]);
  Bun.spawnSync(['chmod', '755', `${root}/bin/busybox`]);
  for (const applet of ['sh', 'cat', 'rm', 'ls']) symlinkSync('busybox', `${root}/bin/${applet}`);
  writeFileSync(`${root}/gone`, 'x');
  Bun.spawnSync(['tar', '-C', root, '-cf', at('files.tar'), '.']);
  writeFileSync(
    at('Containerfile'),
    'FROM base\nRUN echo built > /built; rm /gone\nENV WHO=peer\nCMD ["sh", "-c", "cat /built; ls /gone; echo $WHO"]\n',
  );
  mkdirSync(at('context'));
}

/** What the image that everybody builds says, wherever it runs. */
const SAYS = 'built\npeer\n';

async function done(...words: string[]): Promise<string> {
  const { code, out, err } = await finish(words);
  expect({ words, code, err: code === 0 ? '' : err }).toEqual({ words, code: 0, err: '' });
  return out.trim();
}

async function succeeds(result: Promise<Result>): Promise<string> {
  const { code, out, err } = await result;
  expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  return out.trim();
}

/** Digest of a manifest where it lies, as skopeo sees it. */
async function digestAt(place: string): Promise<string> {
  const raw = await finish(['skopeo', 'inspect', '--raw', '--tls-verify=false', place]);
  return `sha256:${new Bun.CryptoHasher('sha256').update(raw.out).digest('hex')}`;
}

const idOf = (image: string) => says('image', 'inspect', '--format', '{{.Id}}', image);
const digestOf = (image: string) => says('image', 'inspect', '--format', '{{.Digest}}', image);
const runs = (image: string) => limpid('run', '--rm', '--network', 'none', image).then(({ out }) => out);
/** Loads an archive; the name or id that it says. */
const load = async (path: string) => (await says('load', '-q', '-i', path)).replace('Loaded image: ', '');

/** An image of ours, imported, run and committed; made once, and under its names in the store again. */
async function ours(): Promise<string> {
  if (!existsSync(at('ours.tar'))) {
    await says('import', '-q', at('files.tar'), 'base');
    await says('run', '--network', 'none', '--name', 'made', 'base', 'sh', '-c', 'echo built > /built; rm /gone');
    const change = ['--change', 'ENV WHO=peer', '--change', 'CMD ["sh","-c","cat /built; ls /gone; echo $WHO"]'];
    await says('commit', '-q', ...change, 'made', OURS);
    await says('rm', 'made');
    await says('save', '-q', '--format', 'oci-archive', '-m', '-o', at('ours.tar'), OURS, 'base');
  }
  await says('load', '-q', '-i', at('ours.tar'));
  return idOf(OURS);
}

const OURS = 'registry.example/ours:1';

peer('podman', ['podman'], () => {
  const config = at('containers.conf');
  // The hard limits of this machine may be below podman's wish.
  writeFileSync(
    config,
    '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n[engine]\nevents_logger = "none"\n',
  );

  const place = at('podman');
  const storageOf = (driver: string) => [
    '--root',
    place + driver,
    '--runroot',
    `${place + driver}-run`,
    '--storage-driver',
    driver,
  ];
  const podmanOn = (driver: string, ...words: string[]) =>
    finish(
      [
        'podman',
        '--log-level',
        'error',
        ...storageOf(driver),
        '--cgroup-manager',
        'cgroupfs',
        '--runtime',
        'runc',
        ...words,
      ],
      {
        env: { CONTAINERS_CONF: config },
      },
    );
  const podman = (...words: string[]) => podmanOn('overlay', ...words);
  const told = (image: string, field: string) =>
    succeeds(podman('image', 'inspect', '--format', `{{${field}}}`, image));
  const reference = (name: string, driver = 'overlay') =>
    `containers-storage:[${driver}@${place + driver}+${place + driver}-run]${name}`;

  test.each([
    ['vfs', 'docker'],
    ['overlay', 'oci'],
  ])('what it has built in %s as %s runs here, read from its storage', async (driver, format) => {
    await succeeds(podmanOn(driver, 'import', '-q', at('files.tar'), 'base'));
    const build = ['build', '--isolation', 'chroot', '--layers', '-q', '--format', format, '-t', 'built'];
    await succeeds(podmanOn(driver, ...build, '-f', at('Containerfile'), at('context')));
    const id = await says('pull', '-q', reference('built', driver));
    const inspected = await succeeds(podmanOn(driver, 'image', 'inspect', '--format', '{{.Id}} {{.Digest}}', 'built'));
    expect(`${id} ${await digestOf(id)}`).toBe(inspected);
    expect(await runs(id)).toBe(SAYS);
    await says('rmi', '-f', id);
    // Run and loaded from there as well.
    expect(await runs(reference('built', driver))).toBe(SAYS);
    await says('rmi', '-f', id);
    expect(await says('load', '-q', '-i', reference('built', driver))).toBe('Loaded image: localhost/built:latest');
    await says('rmi', '-f', id);
  });

  test.each(['docker-archive', 'oci-archive', 'oci-dir', 'docker-dir'])('podman save --format %s', async (format) => {
    const path = at(`podman-${format}`);
    await succeeds(podman('save', '-q', '--format', format, '-o', path, 'built'));
    const loaded = await load(path);
    const id = await told('built', '.Id');
    expect(await idOf(loaded.replace('sha256:', ''))).toBe(id);
    const transport = ({ 'oci-dir': 'oci', 'docker-dir': 'dir' } as Record<string, string>)[format] ?? format;
    if (transport !== 'docker-archive') expect(await digestOf(id)).toBe(await digestAt(`${transport}:${path}`));
    expect(await runs(id)).toBe(SAYS);
    await says('rmi', '-f', id);
  });

  test.each(['docker-archive', 'oci-archive'])('limpid save --format %s', async (format) => {
    const id = await ours();
    const path = at(`ours-${format}`);
    await says('save', '-q', '--format', format, '-o', path, OURS);
    await succeeds(podman('load', '-q', '-i', path));
    expect(await told(OURS, '.Id')).toBe(id);
    const run = await podman('run', '--rm', '--cgroup-parent', parent, '--network', 'none', OURS);
    expect({ out: run.out, err: run.err }).toMatchObject({ out: SAYS });
    // And back again.
    await says('rmi', '-f', id);
    expect(await says('pull', '-q', reference(OURS))).toBe(id);
    await succeeds(podman('rmi', '-f', OURS));
    await says('rmi', '-f', id);
  });

  test('through a registry, both ways', async () => {
    await succeeds(podman('push', '-q', '--tls-verify=false', 'built', `${registry.host}/podman/theirs:1`));
    const id = await says('pull', '-q', '--tls-verify=false', `${registry.host}/podman/theirs:1`);
    const digest = await digestAt(`docker://${registry.host}/podman/theirs:1`);
    expect([id, await digestOf(id)]).toEqual([await told('built', '.Id'), digest]);
    await says('push', '-q', '--tls-verify=false', id, `${registry.host}/podman/again:1`);
    await succeeds(podman('pull', '-q', '--tls-verify=false', `${registry.host}/podman/again:1`));
    expect(await told(`${registry.host}/podman/again:1`, 'join .RepoDigests " "')).toContain(`/podman/again@${digest}`);
    await says('rmi', '-f', id);
  });
});

peer('docker', ['dockerd', 'containerd', 'docker'], () => {
  const socket = `unix://${at('docker.sock')}`;
  const docker = (...words: string[]) => finish(['docker', '-H', socket, ...words], { env: { DOCKER_BUILDKIT: '0' } });
  /** The same world, and Docker where it is. */
  const withDocker = (...words: string[]) => finish([program, ...globals, ...words], { env: { DOCKER_HOST: socket } });
  let daemon: Bun.Subprocess | undefined;
  const told = (image: string, format: string) => succeeds(docker('image', 'inspect', '--format', format, image));

  beforeAll(async () => {
    const config = {
      'data-root': at('docker'),
      'exec-root': at('docker-exec'),
      pidfile: at('docker.pid'),
      hosts: [socket],
      bridge: 'none',
      iptables: false,
      ip6tables: false,
      'storage-driver': 'vfs',
      'cgroup-parent': parent,
    };
    writeFileSync(at('daemon.json'), JSON.stringify(config));
    const log = Bun.file(at('dockerd.log'));
    daemon = Bun.spawn(['dockerd', '--config-file', at('daemon.json')], { stdin: 'ignore', stdout: log, stderr: log });
    await until(
      'dockerd',
      async () => (await docker('info')).code === 0 || { butSaw: readFileSync(at('dockerd.log'), 'utf8').slice(-2000) },
    );
    await succeeds(docker('import', at('files.tar'), 'base'));
    await succeeds(docker('build', '-q', '--network', 'none', '-t', 'built', '-f', at('Containerfile'), at('context')));
  });

  afterAll(async () => {
    daemon?.kill('SIGTERM');
    await daemon?.exited;
    // Where mounts are private Docker 26 leaves the one that it makes of its root.
    Bun.spawnSync(['umount', '-q', '-l', at('docker')]);
  });

  test('docker save: two images with a layer in common run here', async () => {
    await succeeds(docker('save', '-o', at('docker.tar'), 'built', 'base'));
    // Docker writes them in any order.
    expect((await says('load', '-q', '-i', at('docker.tar'))).split('\n').sort()).toEqual([
      'Loaded image: docker.io/library/base:latest',
      'Loaded image: docker.io/library/built:latest',
    ]);
    expect([`sha256:${await idOf('built')}`, await runs('built')]).toEqual([await told('built', '{{.Id}}'), SAYS]);
  });

  test('docker load takes both back', async () => {
    const ids = [await told('built', '{{.Id}}'), await told('base', '{{.Id}}')];
    await says('save', '-q', '-m', '-o', at('to-docker.tar'), 'docker.io/library/built', 'docker.io/library/base');
    await succeeds(docker('rmi', '-f', 'built', 'base'));
    await succeeds(docker('load', '-q', '-i', at('to-docker.tar')));
    expect([await told('built', '{{.Id}}'), await told('base', '{{.Id}}')]).toEqual(ids);
    expect((await docker('run', '--rm', '--network', 'none', 'built')).out).toBe(SAYS);
  });

  test('through TCP, both ways', async () => {
    const id = await ours();
    const relay = Bun.serve({
      port: 0,
      hostname: '127.0.0.1',
      idleTimeout: 0,
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request) => {
        const { pathname, search } = new URL(request.url);
        const { method, headers, body } = request;
        const unix = socket.slice('unix://'.length);
        return fetch(`http://docker${pathname}${search}`, { method, headers, body, unix } as BunFetchRequestInit);
      },
    });
    const env = { DOCKER_HOST: `tcp://127.0.0.1:${relay.port}`, HTTP_PROXY: 'http://127.0.0.1:1' };
    const overTcp = (...words: string[]) => finish([program, ...globals, ...words], { env });
    try {
      await succeeds(overTcp('push', '-q', OURS, 'docker-daemon:over-tcp:1'));
      expect(await told('over-tcp:1', '{{.Id}}')).toBe(`sha256:${id}`);
      expect(await succeeds(overTcp('pull', '-q', 'docker-daemon:over-tcp:1'))).toBe(id);
    } finally {
      await relay.stop(true);
    }
  });

  test('through its socket, both ways', async () => {
    const id = await ours();
    await succeeds(withDocker('push', '-q', OURS, 'docker-daemon:from-limpid:2'));
    expect(await told('from-limpid:2', '{{.Id}}')).toBe(`sha256:${id}`);
    expect((await docker('run', '--rm', '--network', 'none', 'from-limpid:2')).out).toBe(SAYS);
    await says('rmi', '-f', id);
    expect(await succeeds(withDocker('pull', '-q', 'docker-daemon:from-limpid:2'))).toBe(id);
    expect(await runs('docker.io/library/from-limpid:2')).toBe(SAYS);
    await says('rmi', '-f', id);
    const run = ['run', '--rm', '-q', '--network', 'none'];
    expect(await succeeds(withDocker(...run, 'docker-daemon:from-limpid:2'))).toBe(SAYS.trim());
    await succeeds(withDocker('save', '-q', '-o', 'docker-daemon:saved:3', 'docker.io/library/from-limpid:2'));
    expect(await told('saved:3', '{{.Id}}')).toBe(`sha256:${id}`);
    await says('rmi', '-f', id);
    expect(await succeeds(withDocker('load', '-q', '-i', 'docker-daemon:saved:3'))).toBe(
      'Loaded image: docker.io/library/saved:3',
    );
    expect((await withDocker('pull', '-q', 'docker-daemon:nosuch:1')).err).toBe(
      'Error: cannot find "nosuch:1" in "docker-daemon:nosuch:1": no image in it has a name\n',
    );
  });

  test('through a registry, both ways', async () => {
    await succeeds(docker('tag', 'built', `${registry.host}/docker/built:1`));
    await succeeds(docker('push', '-q', `${registry.host}/docker/built:1`));
    const repoDigests = await told(`${registry.host}/docker/built:1`, '{{join .RepoDigests " "}}');
    const id = await says('pull', '-q', '--tls-verify=false', `${registry.host}/docker/built:1`);
    const digest = await digestAt(`docker://${registry.host}/docker/built:1`);
    expect([`sha256:${id}`, repoDigests]).toEqual([
      await told('built', '{{.Id}}'),
      `${registry.host}/docker/built@${digest}`,
    ]);
    await says(
      'push',
      '-q',
      '--tls-verify=false',
      `${registry.host}/docker/built:1`,
      `${registry.host}/docker/again:1`,
    );
    await succeeds(docker('pull', '-q', `${registry.host}/docker/again:1`));
    expect(await told(`${registry.host}/docker/again:1`, '{{join .RepoDigests " "}}')).toContain(
      `/docker/again@${digest}`,
    );
    await says('rmi', '-f', id);
  });

  test('a daemon that does not run', async () => {
    const { code, err } = await finish(
      [program, '--root', at('root'), '--runroot', at('run'), 'pull', '-q', 'docker-daemon:x:1'],
      { env: { DOCKER_HOST: `unix://${at('nobody.sock')}` } },
    );
    expect([code, err]).toEqual([
      125,
      `Error: cannot ask Docker at "${at('nobody.sock')}" for "docker-daemon:x:1": nobody listens there (hint: is its daemon running? DOCKER_HOST=unix://PATH or tcp://HOST:PORT names another place)\n`,
    ]);
  });
});

peer('buildah', ['buildah'], () => {
  const storage = ['--root', at('buildah'), '--runroot', at('buildah-run'), '--storage-driver', 'vfs'];
  const buildah = (...words: string[]) => done('buildah', ...storage, ...words);

  test('what it has built runs here, and what was made here runs in it', async () => {
    const base = await buildah('from', 'scratch');
    await buildah('add', '-q', base, at('files.tar'), '/');
    await buildah('run', '--isolation', 'chroot', base, 'sh', '-c', 'echo built > /built; rm /gone');
    await buildah('config', '--env', 'WHO=peer', '--cmd', '["sh","-c","cat /built; ls /gone; echo $WHO"]', base);
    const id = await buildah('commit', '-q', base, 'built');
    await buildah('push', '-q', 'built', `oci-archive:${at('buildah.tar')}:registry.example/buildah:1`);
    expect([await load(at('buildah.tar')), await idOf('registry.example/buildah:1')]).toEqual([
      'registry.example/buildah:1',
      id,
    ]);
    expect([await runs('registry.example/buildah:1'), await digestOf('registry.example/buildah:1')]).toEqual([
      SAYS,
      await digestAt(`oci-archive:${at('buildah.tar')}`),
    ]);

    const made = await ours();
    await says('push', '-q', OURS, `oci-archive:${at('for-buildah')}:${OURS}`);
    const container = await buildah('from', `oci-archive:${at('for-buildah')}:${OURS}`);
    // By its exit code: what a program prints there is lost now and then when it ends at once.
    const looks = '[ "$(cat /built)" = built ] && [ ! -e /gone ]';
    await buildah('run', '--isolation', 'chroot', container, 'sh', '-c', looks);
    expect(await buildah('inspect', '--format', '{{.FromImageID}}', container)).toBe(made);
    await says('rmi', '-f', made);
  });
});

peer('umoci', ['umoci'], () => {
  test('what it has made runs here, and it unpacks what was made here', async () => {
    const layout = at('umoci');
    await done('umoci', 'init', '--layout', layout);
    await done('umoci', 'new', '--image', `${layout}:1`);
    await done('umoci', 'unpack', '--image', `${layout}:1`, at('bundle'));
    await done('tar', '-C', `${at('bundle')}/rootfs`, '-xf', at('files.tar'));
    await done('umoci', 'repack', '--image', `${layout}:1`, at('bundle'));
    const args = ['sh', '-c', 'echo built; echo $WHO'].flatMap((word) => ['--config.cmd', word]);
    await done('umoci', 'config', '--image', `${layout}:1`, '--config.env', 'WHO=peer', ...args);
    const id = await says('pull', '-q', `oci:${layout}:1`);
    expect([await runs(id), await digestOf(id)]).toEqual([SAYS, await digestAt(`oci:${layout}:1`)]);
    const made = await ours();
    await says('push', '-q', OURS, `oci:${layout}:4`);
    await done('umoci', 'unpack', '--image', `${layout}:4`, at('unpacked'));
    const root = `${at('unpacked')}/rootfs`;
    expect([readFileSync(`${root}/built`, 'utf8'), existsSync(`${root}/gone`)]).toEqual(['built\n', false]);
    expect(await done('umoci', 'ls', '--layout', layout)).toBe('1\n4');
    await says('rmi', '-f', made, id);
  });
});

peer('skopeo', [], () => {
  test('copies what was written here to everywhere, digests kept', async () => {
    const id = await ours();
    const digest = await digestOf(id);
    await says('push', '-q', id, `oci-archive:${at('s.tar')}:x`);
    await says('push', '-q', id, `oci:${at('s-layout')}:x`);
    await says('push', '-q', id, `dir:${at('s-dir')}`);
    for (const [number, place] of [
      `oci-archive:${at('s.tar')}:x`,
      `oci:${at('s-layout')}:x`,
      `dir:${at('s-dir')}`,
    ].entries()) {
      const target = `docker://${registry.host}/skopeo/from:${number}`;
      await done('skopeo', 'copy', '-q', '--preserve-digests', '--dest-tls-verify=false', place, target);
      expect([place, await digestAt(target)]).toEqual([place, digest]);
    }
    await done(
      'skopeo',
      'copy',
      '-q',
      '--src-tls-verify=false',
      `docker://${registry.host}/skopeo/from:0`,
      `docker-archive:${at('s-docker.tar')}:registry.example/s:1`,
    );
    await says('rmi', '-f', id);
    expect([
      await load(at('s-docker.tar')),
      await idOf('registry.example/s:1'),
      await runs('registry.example/s:1'),
    ]).toEqual(['registry.example/s:1', id, SAYS]);
    await says('rmi', '-f', id);
  });

  test('a manifest list, from here to a registry and back', async () => {
    const id = await ours();
    await says('manifest', 'create', 'list', OURS);
    await says('manifest', 'add', '--arch', 'arm64', '--variant', 'v8', 'list', 'base');
    await says(
      'manifest',
      'push',
      '-q',
      '--tls-verify=false',
      '--rm',
      '--digestfile',
      at('list-digest'),
      'list',
      `docker://${registry.host}/list:1`,
    );
    expect((await limpid('manifest', 'exists', 'list')).code).toBe(1);
    const digest = await digestAt(`docker://${registry.host}/list:1`);
    expect(readFileSync(at('list-digest'), 'utf8')).toBe(digest);
    await done(
      'skopeo',
      'copy',
      '-q',
      '--all',
      '--preserve-digests',
      '--src-tls-verify=false',
      `docker://${registry.host}/list:1`,
      `oci:${at('list')}:1`,
    );
    expect(JSON.parse(readFileSync(at('list/index.json'), 'utf8')).manifests[0].digest).toBe(digest);
    expect(await says('pull', '-q', `oci:${at('list')}:1`)).toBe(id);
    const inspected = JSON.parse(await says('manifest', 'inspect', '--tls-verify=false', `${registry.host}/list:1`));
    expect(inspected.manifests.map(({ platform }: { platform: object }) => platform)).toEqual([
      { os: 'linux', architecture: 'amd64' },
      { os: 'linux', architecture: 'arm64', variant: 'v8' },
    ]);
  });

  test('a push sends nothing that the registry has', async () => {
    const id = await ours();
    await says('tag', OURS, `${registry.host}/first:1`);
    await says('push', '-q', '--tls-verify=false', `${registry.host}/first:1`);
    await says('push', '-q', '--tls-verify=false', id, `${registry.host}/second:1`);
    const requests = (repository: string) =>
      [...registry.log().matchAll(new RegExp(`"(POST|PATCH|PUT) /v2/${repository}/(\\S*)`, 'g'))].map(
        ([, method, path]) =>
          `${method} ${path!.replace(/\?.*mount=.*/, '?mount').replace(/\/uploads\/\S*(\?|$).*/, '/uploads/…')}`,
      );
    const mounts = requests('second').filter((line) => line.startsWith('POST'));
    expect([mounts.length, requests('second').filter((line) => line.startsWith('PATCH')).length]).toEqual([3, 0]);
    const before = registry.log().length;
    const again = await limpid('push', '--tls-verify=false', id, `${registry.host}/second:1`);
    expect(again.err.match(/skipped: already exists/g)?.length).toBe(3);
    expect(
      registry
        .log()
        .slice(before)
        .match(/"(POST|PATCH) /g),
    ).toBeNull();
  });
});
