import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync } from 'node:fs';
import { imageOf, tar } from '../image-archive.ts';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { busyboxImage, busyboxLayer, pushImage, type PushedImage } from '../registry-images.ts';
import { privateWorld } from './limpid.ts';

const { directory, limpid, says } = privateWorld();
let registry: Registry;
let app: PushedImage;
let name: string;
beforeAll(async () => {
  registry = await startRegistry();
  name = `${registry.host}/app:1`;
  app = await pushImage(
    registry.host,
    'app:1',
    busyboxImage(
      {
        Entrypoint: ['sh', '-c'],
        Cmd: ['echo $A; id -u; id -g; pwd'],
        Env: ['A=from the image', 'PATH=/bin'],
        User: 'ann',
        WorkingDir: '/data',
        Labels: { a: '1', b: '\u001b[31mred\u0007' },
        Volumes: { '/data': {} },
        StopSignal: 'SIGUSR1',
      },
      { path: 'data/', directory: true },
      { path: 'data/seed', data: 'seed\n' },
      { path: 'etc/', directory: true },
      { path: 'etc/passwd', data: 'ann:x:1234:1235::/data:/bin/sh\n' },
    ),
  );
  await says('pull', '-q', '--tls-verify=false', name);
});
afterAll(() => registry.stop());

describe('what the image says', () => {
  test('command, environment, user and directory', async () => {
    expect(await says('run', '--rm', name)).toBe('from the image\n1234\n1235\n/data');
  });
  test('what the command line says wins', async () => {
    expect(await says('run', '--rm', '-e', 'A=mine', '-w', '/', '-u', '0', name)).toBe('mine\n0\n0\n/');
    expect(await says('run', '--rm', name, 'echo other')).toBe('other');
    expect(await says('run', '--rm', '--entrypoint', 'echo', name, 'x', 'y')).toBe('x y');
    const { code, err } = await limpid('run', '--rm', '--entrypoint', '', name);
    expect([code, err]).toEqual([
      125,
      `Error: cannot run "${name}": no command or entrypoint was given, and the image has none (hint: write the command behind the image)\n`,
    ]);
  });
  test('by its id, by the start of it, and by a short name', async () => {
    for (const other of [app.id, app.id.slice(7, 19)]) expect(await says('run', '--rm', other, 'echo x')).toBe('x');
    await says('tag', name, 'short');
    expect(await says('run', '--rm', 'short', 'echo x')).toBe('x');
    await says('rmi', 'short');
  });
  test('inspect knows the image', async () => {
    await says('create', '--name', 'c', '-l', 'a=2', name);
    const format = '{{.Image}} {{.ImageName}} {{.ImageDigest}} {{.Config.StopSignal}} {{index .Config.Labels "a"}}';
    expect(await says('inspect', '--format', format, 'c')).toBe(`${app.id.slice(7)} ${name} ${app.digest} SIGUSR1 2`);
    expect(await says('ps', '-a', '--format', '{{.Image}} {{.ImageID}}')).toBe(`${name} ${app.id.slice(7, 19)}`);
    for (const ancestor of [name, app.id, app.id.slice(7, 19)])
      expect(await says('ps', '-a', '--filter', `ancestor=${ancestor}`, '--format', '{{.Names}}')).toBe('c');
    expect(await says('ps', '-aq', '--filter', 'ancestor=app')).toBe('');
    await says('tag', name, 'localhost/plain');
    await says('create', '--name', 'p', 'localhost/plain');
    expect(await says('ps', '-a', '--filter', 'ancestor=localhost/plain', '--format', '{{.Names}}')).toBe('p');
    await says('rm', 'p');
    await says('rmi', 'localhost/plain');
    await says('rm', 'c');
  });
  test('a stop signal of its own', async () => {
    await says('run', '-d', '--name', 's', name, 'trap "exit 7" USR1; echo ready; while :; do sleep 0.05; done');
    await says('stop', 's');
    expect(await says('inspect', '--format', '{{.State.ExitCode}}', 's')).toBe('7');
    await says('rm', 's');
  });
});

describe('volumes', () => {
  test('one without a name, for each container, begins as what the image has there', async () => {
    expect(await says('run', '--rm', '-u', '0', name, 'cat seed; echo x > seed; cat seed')).toBe('seed\nx');
    expect(await says('run', '--rm', name, 'cat seed')).toBe('seed');
  });
  test('one with a name is filled at its first use only', async () => {
    expect(await says('run', '--rm', '-v', 'kept:/data', '-u', '0', name, 'cat seed; rm seed; touch mine; ls')).toBe(
      'seed\nmine',
    );
    expect(await says('run', '--rm', '-v', 'kept:/data', name, 'ls')).toBe('mine');
  });
  test('one with a name and nocopy begins empty', async () => {
    expect(await says('run', '--rm', '-v', 'bare:/data:nocopy', '-u', '0', name, 'ls; touch mine; ls')).toBe('mine');
    expect(await says('run', '--rm', '--mount', 'src=bare2,dst=/data,volume-nocopy', name, 'ls')).toBe('');
  });
  test('where ids are mapped, with the owners that the container sees', async () => {
    const look = ['-v', 'shifted:/data', '-u', '0', name, 'stat -c "%u:%g %n" /data /data/seed'];
    const seen = '0:0 /data\n0:0 /data/seed';
    const maps = ['--uidmap=0:100000:1000', '--gidmap=0:200000:1000'];
    expect(await says('run', '--rm', ...maps, ...look)).toBe(seen);
    const { stdout } = Bun.spawnSync(['stat', '-c', '%u:%g', `${directory}/root/volumes/shifted/_data/seed`]);
    expect(stdout.toString()).toBe('100000:200000\n');
    await says('run', '-d', '--name', 'mapped', ...maps, '-u', '0', name, 'sleep 1000');
    expect(await says('run', '--rm', '--userns=container:mapped', '-v', 'joined:/data', ...look.slice(2))).toBe(seen);
    await says('rm', '-f', '-t', '0', 'mapped');
  });
  test('--image-volume: as tmpfs, which begins empty, or none', async () => {
    const type = 'ls; sed -n "s,.* /data ,,p" /proc/mounts';
    expect(await says('run', '--rm', '--image-volume=tmpfs', name, type)).toMatch(/^tmpfs rw,nosuid,nodev,/);
    expect(await says('run', '--rm', '--image-volume=ignore', name, type)).toBe('seed');
    expect(await says('run', '--rm', '--image-volume=bind', name, type)).toMatch(/^seed\n/);
  });
  test('what the user mounts there wins', async () => {
    expect(await says('run', '--rm', '--tmpfs', '/data', name, 'ls')).toBe('');
  });
});

describe('layers', () => {
  test('a later one replaces and removes', async () => {
    const top = tar([{ path: 'gone/.wh.a' }, { path: 'dir/', directory: true }, { path: 'dir/.wh..wh..opq' }]);
    const base = busyboxLayer(
      { path: 'gone/', directory: true },
      { path: 'gone/a', data: 'a' },
      { path: 'gone/b', data: 'b' },
      { path: 'dir/', directory: true },
      { path: 'dir/old', data: 'old' },
    );
    const image = imageOf([base, top, tar([{ path: 'dir/new', data: 'new' }])], {
      config: { Cmd: ['ls', 'gone', 'dir'] },
    });
    await pushImage(registry.host, 'layers:1', image);
    const out = await says('run', '--rm', '-q', '--tls-verify=false', `${registry.host}/layers:1`);
    expect(out).toBe('dir:\nnew\n\ngone:\nb');
  });

  test('one that is there twice', async () => {
    const [a, b] = [busyboxLayer(), tar([{ path: 'x', data: 'x' }])];
    await pushImage(registry.host, 'twice:1', imageOf([b, a, b], { config: { Cmd: ['cat', '/x'] } }));
    expect(await says('run', '--rm', '-q', '--tls-verify=false', `${registry.host}/twice:1`)).toBe('x');
  });

  test('none at all: a container needs a program', async () => {
    await pushImage(registry.host, 'scratch:1', imageOf([], { config: { Cmd: ['/nothing'] } }));
    const { code, err } = await limpid('run', '--rm', '-q', '--tls-verify=false', `${registry.host}/scratch:1`);
    expect([code, err]).toEqual([127, expect.stringContaining('"/nothing"')]);
  });

  test('more than mount(2) has room for', async () => {
    const layers = Array.from({ length: 45 }, (_, at) => tar([{ path: `layer-${at}`, data: 'x' }]));
    const Cmd = ['sh', '-c', 'busybox ls / | busybox grep -c ^layer-'];
    await pushImage(registry.host, 'deep:1', imageOf([busyboxLayer(), ...layers], { config: { Cmd } }));
    const deep = `${registry.host}/deep:1`;
    expect(await says('run', '--rm', '-q', '--tls-verify=false', deep)).toBe('45');
    expect(await says('run', '--rm', '-v', '/bin', deep)).toBe('45');
    expect((await Bun.$`ls ${await says('image', 'mount', deep)}`.text()).split('\n')).toContain('layer-44');
    await says('image', 'unmount', deep);
    await says('rmi', deep);
  });
});

describe('image strings are data', () => {
  test('a volume that leads upwards stays inside', async () => {
    await pushImage(
      registry.host,
      'escape:1',
      busyboxImage({ Volumes: { '/../../../../escaped': {} }, Cmd: ['ls', '/'] }),
    );
    const out = await says('run', '--rm', '-q', '--tls-verify=false', `${registry.host}/escape:1`);
    expect(out.split('\n')).toContain('escaped');
    expect([
      existsSync('/escaped'),
      existsSync(`${directory}/escaped`),
      existsSync(`${directory}/root/escaped`),
    ]).toEqual([false, false, false]);
  });
  test('a user or a signal that is none is told by its name', async () => {
    await pushImage(registry.host, 'user:1', busyboxImage({ User: 'no\nsuch' }));
    expect((await limpid('run', '--rm', '-q', '--tls-verify=false', `${registry.host}/user:1`)).err).toStartWith(
      String.raw`Error: cannot find user "no\nsuch"`,
    );
    await pushImage(registry.host, 'signal:1', busyboxImage({ StopSignal: 'SIGNOPE' }));
    expect((await limpid('run', '--rm', '-q', '--tls-verify=false', `${registry.host}/signal:1`)).err).toBe(
      `Error: cannot use image "${registry.host}/signal:1": there is no signal "SIGNOPE", which it wants to be stopped with ` +
        '(hint: choose one with --stop-signal)\n',
    );
    expect(await says('run', '--rm', '--stop-signal', 'TERM', `${registry.host}/signal:1`, 'echo', 'fine')).toBe(
      'fine',
    );
  });
  test('control characters reach no terminal', async () => {
    const table = await says('images', '--format', 'table {{.Repository}}\t{{.Labels}}');
    expect(table).toContain(String.raw`b:\x1b[31mred\x07`);
  });
});

test('a damaged image breaks only what uses it', async () => {
  await pushImage(registry.host, 'broken:1', busyboxImage({ Cmd: ['true'] }, { path: 'own', data: 'own' }));
  const broken = `${registry.host}/broken:1`;
  await says('pull', '-q', '--tls-verify=false', broken);
  const layer = await says('image', 'inspect', '--format', '{{index .RootFS.Layers 0}}', broken);
  await Bun.$`rm -r ${directory}/root/layers/${layer.slice(7)}`;
  expect((await limpid('run', '--rm', broken)).err).toContain(`its layer ${layer} is not in the store`);
  expect(await says('run', '--rm', name, 'echo fine')).toBe('fine');
  expect((await limpid('system', 'check')).code).toBe(125);
  expect(await says('system', 'check', '--repair', '--tls-verify=false')).toContain('all is whole again');
  await says('run', '--rm', broken);
});

describe('a working directory that no layer has', () => {
  beforeAll(async () => {
    await says('run', '--name', 'base', 'builtin:busybox', 'true');
    for (const [image, change] of [
      ['deep', 'WORKDIR /x/y'],
      ['root', 'VOLUME /'],
    ] as const)
      await says('commit', '-q', '-c', change, '-c', 'USER 7:8', 'base', image);
    await says('rm', 'base');
  });
  const shown = (...words: string[]) =>
    says('run', '--rm', ...words, 'deep', 'sh', '-c', 'pwd; stat -c "%n %u:%g %a" /x /x/y');

  test('is made for the container’s user, also where nothing else can be written, and in a volume', async () => {
    expect(await shown()).toBe('/x/y\n/x 0:0 755\n/x/y 7:8 755');
    expect(await shown('--read-only')).toBe('/x/y\n/x 0:0 755\n/x/y 7:8 755');
    const maps = ['--uidmap', '0:100000:1000', '--gidmap', '0:100000:1000'];
    expect(await shown(...maps)).toBe('/x/y\n/x 0:0 755\n/x/y 7:8 755');
    for (const user of ['7:8', '0']) expect(await shown('-u', user, '-v', 'way:/x')).toEndWith('\n/x/y 7:8 755');
  });

  test('one that the user names has to be there', async () => {
    expect(await limpid('run', '--rm', '-w', '/q/r', 'deep', 'pwd')).toMatchObject({
      code: 126,
      err: expect.stringContaining('cannot change to working directory "/q/r"'),
    });
  });

  test('the root itself cannot be a volume', async () => {
    expect(await limpid('run', '--rm', 'root', 'true')).toEqual({
      code: 125,
      out: '',
      err: 'Error: cannot use image "localhost/root:latest": its root directory is to be a volume (hint: leave its volumes out: --image-volume ignore)\n',
    });
    expect(await says('run', '--rm', '--image-volume', 'ignore', 'root', 'id', '-u')).toBe('7');
  });
});
