import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { imageOf, tar } from '../image-archive.ts';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { busyboxImage, pushImage, pushIndex, type PushedImage } from '../registry-images.ts';
import { privateWorld } from './limpid.ts';
import { Terminal } from './terminal.ts';

const { program, globals, limpid, says, onTerminal } = privateWorld();
const PLAIN = ['--tls-verify=false'] as const;
const hex = (digest: string) => digest.slice('sha256:'.length);
const HOST_ARCH = process.arch === 'arm64' ? 'arm64' : 'amd64';
const OTHER_ARCH = HOST_ARCH === 'arm64' ? 'amd64' : 'arm64';

let registry: Registry;
let app: PushedImage;
beforeAll(async () => {
  registry = await startRegistry();
  app = await pushImage(registry.host, 'team/app:1', busyboxImage({ Labels: { version: '1' } }));
});
afterAll(() => registry.stop());
const at = (name: string) => `${registry.host}/${name}`;
/** All that the registry has answered, by method and path. */
function requests(): string[] {
  const answered = registry
    .log()
    .matchAll(/response completed.*?http\.request\.method=(\w+).*?http\.request\.uri="?([^\s"]+)/g);
  return [...answered].map(([, method, path]) => `${method} ${path}`);
}

describe('pull', () => {
  test('prints the id, on stdout alone, and how it went on stderr', async () => {
    const { code, out, err } = await limpid('pull', ...PLAIN, at('team/app:1'));
    expect([code, out]).toEqual([0, `${hex(app.id)}\n`]);
    expect(err).toBe(`Trying to pull ${at('team/app:1')}...\nCopying blob ${app.layers[0]}\n`);
    expect(await says('images', '--format', '{{.Repository}} {{.Tag}} {{.Digest}}')).toBe(
      `${at('team/app')} 1 ${app.digest}`,
    );
  });

  test('an unchanged image takes one request', async () => {
    const before = requests().length;
    expect(await limpid('pull', '-q', ...PLAIN, at('team/app:1'))).toEqual({
      code: 0,
      out: `${hex(app.id)}\n`,
      err: '',
    });
    expect(requests().slice(before)).toEqual(['GET /v2/team/app/manifests/1']);
  });

  test('by digest: a name of its own, beside a tag', async () => {
    await says('pull', '-q', ...PLAIN, `${at('team/app')}@${app.digest}`);
    const [image] = JSON.parse(await says('images', '--format', 'json')) as { Names: string[] }[];
    expect(image!.Names.toSorted()).toEqual([at('team/app:1'), `${at('team/app')}@${app.digest}`]);
    expect(await says('images', '--format', '{{.Repository}}|{{.Tag}}')).toBe(`${at('team/app')}|1`);
    expect(await says('rmi', `${at('team/app')}@${app.digest}`)).toBe(`Untagged: ${at('team/app')}@${app.digest}`);
  });

  test('a tag that moved: the older image stays, without a name', async () => {
    const first = await pushImage(registry.host, 'moving:1', busyboxImage({ Env: ['A=1'] }));
    await says('pull', '-q', ...PLAIN, at('moving:1'));
    const second = await pushImage(registry.host, 'moving:1', busyboxImage({ Env: ['A=2'] }));
    expect(await says('pull', '-q', ...PLAIN, at('moving:1'))).toBe(hex(second.id));
    expect(await says('images', '--filter', 'dangling=true', '--format', '{{.Id}} {{.Repository}}:{{.Tag}}')).toBe(
      `${hex(first.id)} <none>:<none>`,
    );
    await says('rmi', hex(first.id), at('moving:1'));
  });

  test.each(['gzip', 'zstd'] as const)('%s layers', async (compression) => {
    const name = `compressed:${compression}`;
    const { id } = await pushImage(registry.host, name, busyboxImage({ Env: [`C=${compression}`] }), { compression });
    expect(await says('pull', '-q', ...PLAIN, at(name))).toBe(hex(id));
    expect(await says('run', '--rm', at(name), 'sh', '-c', 'echo $C')).toBe(compression);
    await says('rmi', at(name));
  });

  test('layers that are there, compressed otherwise: both manifests keep their digests', async () => {
    const image = busyboxImage({ Env: ['BOTH=1'] });
    const kinds = ['gzip', 'zstd'] as const;
    const pushed = [];
    for (const compression of kinds)
      pushed.push(await pushImage(registry.host, `both:${compression}`, image, { compression }));
    expect(pushed[0]!.id).toBe(pushed[1]!.id);
    for (const kind of kinds) await says('pull', '-q', ...PLAIN, at(`both:${kind}`));
    for (const [index, kind] of kinds.entries()) {
      const before = requests().length;
      await says('pull', '-q', ...PLAIN, at(`both:${kind}`));
      expect(requests().slice(before)).toEqual([`GET /v2/both/manifests/${kind}`]);
      await says('push', '-q', ...PLAIN, at(`both:${kind}`), at(`again:${kind}`));
      const { headers } = await fetch(`http://${at('again').replace('/', '/v2/')}/manifests/${kind}`, {
        headers: { accept: 'application/vnd.oci.image.manifest.v1+json' },
      });
      expect(headers.get('docker-content-digest')).toBe(pushed[index]!.digest);
    }
    await says('rmi', at('both:gzip'), at('both:zstd'));
    expect(await says('system', 'check')).toContain('no damage');
  });

  test("Docker's documents", async () => {
    const { id } = await pushImage(registry.host, 'docker:1', busyboxImage({ Env: ['D=1'] }), { family: 'docker' });
    expect(await says('pull', '-q', ...PLAIN, at('docker:1'))).toBe(hex(id));
    expect(await says('image', 'inspect', '--format', '{{.ManifestType}}', at('docker:1'))).toBe(
      'application/vnd.docker.distribution.manifest.v2+json',
    );
    await says('rmi', at('docker:1'));
  });

  test('all tags of a repository', async () => {
    for (const tag of ['a', 'b']) await pushImage(registry.host, `many:${tag}`, busyboxImage({ Env: [`T=${tag}`] }));
    const ids = (await says('pull', '-q', '-a', ...PLAIN, at('many'))).split('\n');
    expect(ids).toHaveLength(2);
    expect((await says('images', '--format', '{{.Tag}}', at('many'))).split('\n').toSorted()).toEqual(['a', 'b']);
    expect((await limpid('pull', '-q', '-a', ...PLAIN, at('many:a'))).err).toContain('is wanted without one');
    await says('rmi', at('many:a'), at('many:b'));
  });

  test('several at once; one that is not there does not keep the others from coming', async () => {
    const { code, out, err } = await limpid('pull', '-q', ...PLAIN, at('team/app:2'), at('team/app:1'));
    expect([code, out]).toEqual([125, `${hex(app.id)}\n`]);
    expect(err).toMatch(/^Error: cannot pull "\S+\/team\/app:2": .*"1"/);
  });

  test('what is refused by name', async () => {
    expect((await limpid('pull', '--decryption-key', 'k', at('team/app:1'))).err).toBe(
      'Error: cannot use --decryption-key: layers are not decrypted (hint: decrypt the image with skopeo first)\n',
    );
  });

  test('a line a layer on a terminal', async () => {
    const name = 'terminal:1';
    const { layers } = await pushImage(registry.host, name, busyboxImage({}, { path: 'terminal', data: 'x' }));
    const terminal = onTerminal('pull', ...PLAIN, at(name));
    expect(await terminal.exited).toBe(0);
    expect(terminal.screen).toMatch(new RegExp(`Copying blob ${hex(layers[0]!).slice(0, 12)} done   \\d`));
    await says('rmi', at(name));
  });
});

test('more layers than rows, and lines longer than these: nothing that stays is drawn twice', async () => {
  const layers = Array.from({ length: 9 }, (_, at) => tar([{ path: `layer${at}`, data: 'x' }]));
  const pushed = await pushImage(registry.host, 'tall:1', imageOf(layers));
  const terminal = new Terminal([program, ...globals, 'pull', ...PLAIN, at('tall:1')], { rows: 6, cols: 30 });
  expect(await terminal.exited).toBe(0);
  const drawn = terminal.screen.split('\n').map((line) => line.replace(/\r$/, ''));
  for (const digest of pushed.layers)
    expect(drawn.filter((line) => line.includes(`${hex(digest).slice(0, 12)} done`))).toHaveLength(1);
  // Four rows are drawn again, and the cursor goes up no further.
  const codes = terminal.screen.split('\x1b[').slice(1);
  const ups = codes.flatMap((code) => /^(\d+)A/.exec(code)?.[1] ?? []).map(Number);
  expect([ups.length > 0, ups.every((rows) => rows <= 4)]).toEqual([true, true]);
  const bars = drawn.map((line) => line.split('\x1b[J').at(-1)!).filter((line) => line.includes(' ['));
  expect([bars.length > 0, bars.every((line) => line.length < 30)]).toEqual([true, true]);
  terminal.close();
  await says('rmi', at('tall:1'));
});

describe('platforms', () => {
  let both: { host: PushedImage; other: PushedImage; index: string };
  beforeAll(async () => {
    const host = await pushImage(registry.host, 'platforms', busyboxImage({ Env: ['P=host'] }));
    const foreign = imageOf([tar([{ path: 'x', data: 'x' }])], { architecture: OTHER_ARCH });
    const other = await pushImage(registry.host, 'platforms', foreign);
    const index = await pushIndex(registry.host, 'platforms:1', [
      [other, `linux/${OTHER_ARCH}`],
      [host, `linux/${HOST_ARCH}`],
    ]);
    await pushImage(registry.host, 'platforms:other', foreign);
    both = { host, other, index };
  });

  test("this machine's out of an index, whose digest is kept", async () => {
    expect(await says('pull', '-q', ...PLAIN, at('platforms:1'))).toBe(hex(both.host.id));
    const digests = await says('image', 'inspect', '--format', '{{json .RepoDigests}}', at('platforms:1'));
    expect(JSON.parse(digests)).toEqual(
      [both.host.digest, both.index].map((digest) => `${at('platforms')}@${digest}`).toSorted(),
    );
    const before = requests().length;
    await says('pull', '-q', ...PLAIN, at('platforms:1'));
    expect(requests().slice(before)).toEqual(['GET /v2/platforms/manifests/1']);
  });

  test('another one by --platform, or by --arch', async () => {
    expect(await says('pull', '-q', ...PLAIN, '--platform', `linux/${OTHER_ARCH}`, at('platforms:1'))).toBe(
      hex(both.other.id),
    );
    expect(await says('pull', '-q', ...PLAIN, '--arch', OTHER_ARCH, at('platforms:1'))).toBe(hex(both.other.id));
    expect(await says('image', 'inspect', '--format', '{{.Architecture}}', at('platforms:1'))).toBe(OTHER_ARCH);
  });

  test('none for what was asked: the message says what there is', async () => {
    const { code, err } = await limpid('pull', '-q', ...PLAIN, '--platform', 'linux/s390x', at('platforms:1'));
    expect([code, err]).toEqual([
      125,
      `Error: cannot choose an image of docker://${at('platforms:1')}: there is none for linux/s390x ` +
        `(hint: there is linux/${OTHER_ARCH}, linux/${HOST_ARCH}: choose one with --platform)\n`,
    ]);
  });

  test('an image for another machine is refused, unless it is asked for', async () => {
    const made = process.arch === 'arm64' ? 'linux/amd64' : 'linux/arm64';
    const { code, err } = await limpid('pull', '-q', ...PLAIN, at('platforms:other'));
    expect(code).toBe(125);
    expect(err).toContain(`it is for ${made}, not for linux/${HOST_ARCH}`);
    await says('pull', '-q', ...PLAIN, '--platform', made, at('platforms:other'));
  });
});

describe('--pull', () => {
  test('never: only what is here', async () => {
    const { code, err } = await limpid('run', '--rm', '--pull', 'never', ...PLAIN, at('policy:1'));
    expect([code, err]).toEqual([
      125,
      `Error: cannot find image "${at('policy:1')}": it is not known here ` +
        '(hint: `limpid images` lists all, `limpid pull` gets another)\n',
    ]);
  });

  test('missing asks once, always each time; newer is content with what is here', async () => {
    await pushImage(registry.host, 'policy:1', busyboxImage({ Cmd: ['echo', 'old'] }));
    const run = (policy: string) => limpid('run', '--rm', '-q', '--pull', policy, ...PLAIN, at('policy:1'));
    expect(await run('missing')).toEqual({ code: 0, out: 'old\n', err: '' });
    await pushImage(registry.host, 'policy:1', busyboxImage({ Cmd: ['echo', 'new'] }));
    const before = requests().length;
    expect((await run('missing')).out).toBe('old\n');
    expect(requests().slice(before)).toEqual([]);
    expect((await run('always')).out).toBe('new\n');
    await pushImage(registry.host, 'policy:1', busyboxImage({ Cmd: ['echo', 'newest'] }));
    expect((await run('newer')).out).toBe('newest\n');
    await fetch(`http://${at('policy').replace('/', '/v2/')}/manifests/1`, { method: 'DELETE' });
    expect((await run('newer')).out).toBe('newest\n');
  });
});

test('two pulls of one image share the work', async () => {
  const data = crypto.getRandomValues(new Uint8Array(65536));
  const layers = [0, 1, 2].map((at) => tar([{ path: `file-${at}`, data: Buffer.concat([data, Buffer.from([at])]) }]));
  const { id } = await pushImage(registry.host, 'shared:1', imageOf(layers));
  const before = requests().length;
  const pulls = await Promise.all([1, 2, 3].map(() => limpid('pull', '-q', ...PLAIN, at('shared:1'))));
  for (const pull of pulls) expect(pull).toEqual({ code: 0, out: `${hex(id)}\n`, err: '' });
  const blobs = requests()
    .slice(before)
    .filter((line) => line.includes('/blobs/') && !line.endsWith(id));
  expect(new Set(blobs).size).toBe(3);
  expect(blobs).toHaveLength(3);
  expect(await says('system', 'check')).toEndWith('no damage');
});
