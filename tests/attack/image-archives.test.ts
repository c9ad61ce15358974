/** Archives and directories of images that were made to harm: one clear line, and a store as before. */
import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import {
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
  closeSync,
} from 'node:fs';
import { memberHeader } from '../../store/transports/member-header.ts';
import {
  dockerMembers,
  hex,
  imageOf,
  memberBytes,
  ociMembers,
  sha256,
  tar,
  withType,
  type TarMember,
} from '../image-archive.ts';
import { finish, privateWorld } from '../cli/limpid.ts';

const { directory, program, globals, limpid, limpidWith, says } = privateWorld();
const file = `${directory}/hostile.tar`;
const layer = tar([{ path: 'file', data: 'x' }]);
const image = imageOf([layer]);
const layerPath = `${hex(layer)}.tar`;
const configPath = `${hex(image.config)}.json`;

/** All files of the store with their sizes, but for its lock files. */
function store(): string[] {
  const list = Bun.spawnSync([
    'find',
    `${directory}/root`,
    '-type',
    'f',
    '-size',
    '+0',
    '-printf',
    '%P %s %i\n',
  ]).stdout.toString();
  return list.split('\n').filter(Boolean).toSorted();
}

let before: string[] = [];
beforeAll(async () => {
  writeFileSync(`${directory}/good.tar`, tar(dockerMembers(imageOf([tar([{ path: 'good' }])]), ['good:1'])));
  await says('load', '-q', '-i', `${directory}/good.tar`);
  before = store();
});

async function refuses(path: string, why: string | RegExp): Promise<void> {
  const { code, out, err } = await limpid('load', '-q', '-i', path);
  const line = err
    .replaceAll(path, 'FILE')
    .replace(/^Error: /, '')
    .replace(/\n$/, '');
  if (typeof why === 'string') expect(line).toBe(why);
  else expect(line).toMatch(why);
  expect({ code, out, lines: err.split('\n').length, store: store() }).toEqual({
    code: 125,
    out: '',
    lines: 2,
    store: before,
  });
}

const archive = (...members: TarMember[]) => writeFileSync(file, tar(members));
const manifest = (item: object, ...members: TarMember[]) =>
  archive(
    { path: 'manifest.json', data: JSON.stringify([item]) },
    { path: configPath, data: image.config },
    { path: layerPath, data: layer },
    ...members,
  );
const item = { Config: configPath, RepoTags: ['evil:1'], Layers: [layerPath] };

describe("Docker's archives", () => {
  test('as made here they are fine', async () => {
    manifest(item);
    expect(await says('load', '-q', '-i', file)).toBe('Loaded image: docker.io/library/evil:1');
    await says('rmi', 'evil:1');
    expect(store().map((line) => line.replace(/ \d+$/, ''))).toEqual(before.map((line) => line.replace(/ \d+$/, '')));
    before = store();
  });

  test('no image at all', async () => {
    archive({ path: 'manifest.json', data: '[]' });
    await refuses(file, 'cannot read "FILE": it holds no image');
    archive(
      { path: 'oci-layout', data: '{"imageLayoutVersion":"1.0.0"}' },
      { path: 'index.json', data: '{"schemaVersion":2,"manifests":[]}' },
    );
    await refuses(file, 'cannot read "FILE": it holds no image');
  });

  test('a name by the digest of another image is not believed', async () => {
    const evil = `evil@sha256:${'a'.repeat(64)}`;
    manifest({ ...item, RepoTags: [evil, 'mine:1'] });
    expect(await says('load', '-q', '-i', file)).toBe('Loaded image: docker.io/library/mine:1');
    await says('pull', '-q', `docker-archive:${file}`);
    archive(...ociMembers(image, `docker.io/library/${evil}`));
    expect(await says('load', '-q', '-i', file)).toMatch(/^Loaded image: sha256:/);
    for (const place of [`oci-archive:${file}`, `oci-archive:${file}:docker.io/library/${evil}`])
      await says('pull', '-q', place);
    for (const name of [evil, `docker.io/library/${evil}`]) {
      expect((await limpid('image', 'exists', name)).code).toBe(1);
      expect((await limpid('run', '--rm', '--pull=never', name)).err).toStartWith(
        `Error: cannot find image "${name}": `,
      );
    }
    // Nor is an index that says so.
    const index = `${directory}/root/images/index.json`;
    const text = readFileSync(index, 'utf8');
    writeFileSync(index, text.replaceAll('docker.io/library/mine:1', `docker.io/library/${evil}`));
    expect((await limpid('image', 'exists', `docker.io/library/${evil}`)).code).toBe(1);
    writeFileSync(index, text);
    await says('rmi', '--force', hex(image.config));
    await says('image', 'prune', '--force');
    before = store();
  });

  test.each([
    ['/etc/passwd', 'it names "/etc/passwd", which is outside of it'],
    ['../../../../etc/passwd', 'it names "../../../../etc/passwd", which is outside of it'],
    ['a/../../etc/passwd', 'it names "a/../../etc/passwd", which is outside of it'],
    ['', 'its layer "" is missing'],
    ['nosuch.tar', 'its layer "nosuch.tar" is missing'],
  ])('a layer at %p', async (path, why) => {
    manifest({ ...item, Layers: [path] });
    await refuses(file, `cannot read "FILE": ${why}`);
    manifest({ ...item, Config: path });
    await refuses(file, `cannot read "FILE": ${why.replace(/its layer ("[^"]*") is missing/, 'it has no file $1')}`);
  });

  test.each([
    ['an absolute link', '/etc/passwd'],
    ['a link upwards', '../../../../../../etc/passwd'],
    ['a link to nothing', 'nothing'],
  ])('%s in the place of a layer', async (_, target) => {
    manifest({ ...item, Layers: ['linked.tar'] }, { path: 'linked.tar', symlink: target });
    await refuses(file, 'cannot read "FILE": its layer "linked.tar" is missing');
    manifest({ ...item, Layers: ['hard.tar'] }, { path: 'hard.tar', hardLink: target });
    await refuses(file, 'cannot read "FILE": its layer "hard.tar" is missing');
  });

  test('links in a circle', async () => {
    manifest({ ...item, Layers: ['a'] }, { path: 'a', symlink: 'b' }, { path: 'b', symlink: 'a' });
    await refuses(file, 'cannot read "FILE": its link "a" leads from link to link');
  });

  test('two members of one name', async () => {
    manifest(item, { path: layerPath, data: tar([{ path: 'other' }]) });
    await refuses(file, `cannot read "FILE": it has two members called "${layerPath}"`);
    manifest(item, { path: `./${configPath}`, symlink: layerPath });
    await refuses(file, `cannot read "FILE": it has two members called "${configPath}"`);
    manifest(item, { path: 'manifest.json', data: '[]' });
    await refuses(file, 'cannot read "FILE": it has two members called "manifest.json"');
  });

  test('a layer that is not the one of the config', async () => {
    const other = tar([{ path: 'other' }]);
    archive(
      ...dockerMembers({ ...image, layers: [layer] }, ['evil:1']).map((member) =>
        member.path === layerPath ? { ...member, data: other } : member,
      ),
    );
    await refuses(file, new RegExp(`${sha256(layer)}`));
  });

  test.each([
    ['fewer layers', { ...item, Layers: [] }, 'it has 0 layers, the config names 1'],
    ['more layers', { ...item, Layers: [layerPath, layerPath] }, 'it has 2 layers, the config names 1'],
    ['no config', { Layers: [] }, '"[0].Config" of its "manifest.json": it is missing'],
    ['numbers', { ...item, RepoTags: [1] }, '"[0].RepoTags[0]" of its "manifest.json": 1 is not text'],
    ['a NUL', { ...item, Layers: ['a\0b'] }, '"[0].Layers[0]" of its "manifest.json": it holds a NUL byte'],
  ])('%s', async (_, wrong, why) => {
    manifest(wrong);
    await refuses(file, `cannot read "FILE": ${why}`);
  });

  test.each([
    ['no JSON', '[{', 'its "manifest.json" is no JSON text in UTF-8'],
    ['no UTF-8', Buffer.from('["\xff"]', 'latin1'), 'its "manifest.json" is no JSON text in UTF-8'],
    ['an object', '{}', 'its "manifest.json": an object is not a list'],
  ])('a manifest.json that is %s', async (_, data, why) => {
    archive({ path: 'manifest.json', data });
    await refuses(file, `cannot read "FILE": ${why}`);
  });

  test('names that would steer a terminal, or are none, are left out', async () => {
    manifest({ ...item, RepoTags: ['\u001b]0;pwned\u0007evil', '../evil', 'UPPER:1', 'evil:1\nLoaded image: fake'] });
    expect(await says('load', '-q', '-i', file)).toBe(`Loaded image: ${sha256(image.config)}`);
    await says('rmi', sha256(image.config));
    before = store();
  });
});

describe('documents without end', () => {
  /** An archive with a member of a gigabyte that takes no room on the disk. */
  function withGigabyte(path: string, ...members: TarMember[]): void {
    const size = 2 ** 30;
    const fd = openSync(file, 'w');
    const start = Buffer.concat([...members.flatMap((member) => memberBytes(member)), memberHeader({ path, size })]);
    writeSync(fd, start);
    ftruncateSync(fd, start.length + size + 1024);
    closeSync(fd);
  }

  test.each([
    ['manifest.json', [], 'its "manifest.json" has 1073741824 bytes, 16777216 may be'],
    [
      'config',
      [{ path: 'manifest.json', data: '[{"Config":"config","Layers":[]}]' }],
      'its "config" has 1073741824 bytes, 8388608 may be',
    ],
    [
      'index.json',
      [{ path: 'oci-layout', data: '{"imageLayoutVersion":"1.0.0"}' }],
      'its "index.json" has 1073741824 bytes, 16777216 may be',
    ],
    ['oci-layout', [{ path: 'index.json', data: '{}' }], 'its "oci-layout" has 1073741824 bytes, 65536 may be'],
  ] as const)('%s of a gigabyte', async (path, members, why) => {
    withGigabyte(path, ...members);
    const child = Bun.spawn([program, ...globals, 'load', '-q', '-i', file], { stdout: 'ignore', stderr: 'pipe' });
    const err = await child.stderr.text();
    expect([await child.exited, err.replace(file, 'FILE')]).toEqual([125, `Error: cannot read "FILE": ${why}\n`]);
    // A child that was vforked counts its parent's peak as its own until it has one.
    const ours = process.resourceUsage().maxRSS * 1024;
    expect(child.resourceUsage()!.maxRSS).toBeLessThan(Math.max(ours, 200_000_000) + 100_000_000);
    expect(store()).toEqual(before);
  });

  test('a few kilobytes that unpack to gigabytes', async () => {
    const bomb = `head -c 3G /dev/zero | cat ${directory}/head - | zstd -q > ${file}`;
    writeFileSync(`${directory}/head`, memberHeader({ path: 'manifest.json', size: 3 * 2 ** 30 }));
    await finish(['sh', '-c', bomb]);
    expect(statSync(file).size).toBeLessThan(400_000);
    await refuses(
      file,
      /^cannot read "FILE": its \d+ bytes unpack to more than \d+ \(hint: decompress it first, if it is meant so\)$/,
    );
  });
});

describe('broken archives', () => {
  const good = () => tar(dockerMembers(image, ['evil:1']));

  test.each([
    ['nothing', () => '', 'it is empty'],
    ['a text', () => 'x'.repeat(2000), 'it is no archive'],
    ['zeros', () => new Uint8Array(4096), 'it is no archive of images: it has no "manifest.json"'],
    ['half of one', () => good().subarray(0, 1500), `it ends in the middle of "${layerPath}"`],
    [
      'half of a compressed one',
      () => Bun.gzipSync(Buffer.from(good())).subarray(0, 200),
      'it cannot be decompressed: unexpected end of file',
    ],
    [
      'what only begins as xz does',
      () => Buffer.concat([Buffer.from('fd377a58', 'hex'), good()]),
      'it cannot be decompressed: xz: (stdin): File format not recognized',
    ],
    [
      'a header that was changed',
      () =>
        Buffer.from(good()).fill(
          0x41,
          512 + Math.ceil(layer.length / 512) * 512,
          512 + Math.ceil(layer.length / 512) * 512 + 5,
        ),
      'a header has a wrong checksum',
    ],
    ['files, and no image', () => layer, 'it is no archive of images: it has no "manifest.json"'],
    [
      'what Docker wrote before 1.10',
      () => tar([{ path: 'repositories', data: '{}' }]),
      'it is no archive of images: it has no "manifest.json" (hint: save it anew with Docker 1.10 or later)',
    ],
  ])('%s', async (_, bytes, why) => {
    writeFileSync(file, bytes());
    await refuses(file, `cannot read "FILE": ${why}`);
  });

  test('a device, which may have no end', () =>
    refuses('/dev/zero', 'cannot read "FILE": it is neither a file nor a pipe'));

  test('sparse members, sizes below zero, headers without end', async () => {
    const size = (bytes: Uint8Array) => {
      const header = Buffer.from(memberHeader({ path: 'a', size: 0 }));
      header.set(bytes, 124);
      return Buffer.concat([withType(header, '0'), new Uint8Array(1024)]);
    };
    writeFileSync(file, size(new Uint8Array(12).fill(0xff)));
    await refuses(file, 'cannot read "FILE": it ends in the middle of "a"');
    writeFileSync(file, size(Buffer.from('807fffffffffffffffffffff', 'hex')));
    await refuses(file, 'cannot read "FILE": it is no archive');
    const typed = (type: string, data: string) =>
      Buffer.concat([
        withType(Buffer.from(memberHeader({ path: 'x', size: data.length })), type),
        Buffer.from(data.padEnd(512, '\0')),
        new Uint8Array(1024),
      ]);
    writeFileSync(file, typed('S', ''));
    await refuses(file, 'cannot read "FILE": it has sparse members, which images do not have');
    writeFileSync(file, typed('x', '22 GNU.sparse.major=1\n'));
    await refuses(file, 'cannot read "FILE": it has sparse members, which images do not have');
    writeFileSync(file, typed('x', '99 path=a\n'));
    await refuses(file, 'cannot read "FILE": an extended header is damaged');
    writeFileSync(
      file,
      Buffer.concat([
        withType(Buffer.from(memberHeader({ path: 'x', size: 2 ** 21 })), 'L'),
        new Uint8Array(2 ** 21 + 1024),
      ]),
    );
    await refuses(file, 'cannot read "FILE": an extended header has 2097152 bytes');
  });

  test('the second of two images is wrong: the first is there, whole', async () => {
    const second = { Config: 'nosuch.json', RepoTags: null, Layers: [] };
    archive(
      { path: 'manifest.json', data: JSON.stringify([item, second]) },
      { path: configPath, data: image.config },
      { path: layerPath, data: layer },
    );
    const { code, err } = await limpid('load', '-q', '-i', file);
    expect([code, err.replace(file, 'FILE')]).toEqual([
      125,
      'Error: cannot read "FILE": it has no file "nosuch.json"\n',
    ]);
    expect(await says('image', 'inspect', '--format', '{{.Id}}', 'evil:1')).toBe(hex(image.config));
    await says('rmi', 'evil:1');
    before = store();
  });
});

describe('image layouts', () => {
  const members = ociMembers(image, 'evil:1');
  const blob = (text: string) =>
    members.find(({ path, data }) => path.startsWith('blobs/') && String(data).includes(text))!;
  const theManifest = blob('"layers":[');
  const replaced = (path: string, data: string | Uint8Array) =>
    members.map((member) => (member.path === path ? { ...member, data } : member));
  const indexed = (descriptor: object) =>
    replaced('index.json', JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }));
  const size = String(theManifest.data).length;
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const layerBlob = members.find(({ data }) => data instanceof Uint8Array)!;

  test.each<[string, TarMember[], string | RegExp]>([
    [
      'a digest that is a path',
      indexed({ mediaType, digest: 'sha256:../../../../etc/passwd', size }),
      'cannot read "FILE": its digest "sha256:../../../../etc/passwd" is not made of lower-case hexadecimal digits',
    ],
    [
      'another version',
      replaced('oci-layout', '{"imageLayoutVersion":"2.0"}'),
      'cannot read "FILE": its layout has version "2.0", 1.0.0 is known',
    ],
    [
      'no manifests',
      replaced('index.json', '{"schemaVersion":2}'),
      'cannot read "FILE": "manifests" of its "index.json": it is missing',
    ],
    [
      'a manifest that is missing',
      indexed({ mediaType, digest: `sha256:${'0'.repeat(64)}`, size }),
      `cannot read "FILE": it has no file "blobs/sha256/${'0'.repeat(64)}"`,
    ],
    [
      'a manifest that was changed',
      replaced(theManifest.path, String(theManifest.data).replace('gzip', 'zstd')),
      /^cannot read "FILE": manifest "sha256:[0-9a-f]{64}" has the digest sha256:[0-9a-f]{64}$/,
    ],
    [
      'a layer that was changed',
      replaced(layerBlob.path, Buffer.from(layerBlob.data as Uint8Array).fill(0, 12, 13)),
      new RegExp(`${layerBlob.path.slice(13)}|its compressed bytes are damaged`),
    ],
    [
      'a layer of another size',
      replaced(layerBlob.path, 'short'),
      /^cannot read "FILE": blob "sha256:[0-9a-f]{64}" has 5 bytes, \d+ were expected$/,
    ],
    [
      'a layer that is missing',
      members.filter((member) => member !== layerBlob),
      /^cannot read "FILE": blob "sha256:[0-9a-f]{64}" is missing$/,
    ],
  ])('%s', async (_, wrong, why) => {
    archive(...wrong);
    await refuses(file, why);
  });

  test('an index that names itself has no digest; one in another has an end', async () => {
    let inner: TarMember = theManifest;
    const nested: TarMember[] = [];
    for (let depth = 0; depth < 8; depth++) {
      const bytes = String(inner.data);
      const type = depth === 0 ? mediaType : 'application/vnd.oci.image.index.v1+json';
      const data = JSON.stringify({
        schemaVersion: 2,
        manifests: [{ mediaType: type, digest: sha256(bytes), size: bytes.length }],
      });
      inner = { path: `blobs/sha256/${hex(data)}`, data };
      nested.push(inner);
    }
    const top = {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      digest: sha256(inner.data!),
      size: String(inner.data).length,
    };
    archive(...indexed(top), ...nested);
    await refuses(file, 'cannot use FILE: its index holds an index that holds an index, more than 4 deep');
  });

  test('a directory whose files are links to elsewhere, or pipes', async () => {
    const place = `${directory}/layout`;
    mkdirSync(`${place}/blobs/sha256`, { recursive: true });
    const secret = `${directory}/secret`;
    writeFileSync(secret, String(theManifest.data));
    for (const { path, data } of members) if (path !== theManifest.path) writeFileSync(`${place}/${path}`, data!);
    symlinkSync(secret, `${place}/${theManifest.path}`);
    await refuses(place, `cannot read "FILE": it has no file "${theManifest.path}"`);
    Bun.spawnSync(['rm', `${place}/${theManifest.path}`]);
    Bun.spawnSync(['mkfifo', `${place}/${theManifest.path}`]);
    await refuses(place, `cannot read "FILE": it has no file "${theManifest.path}"`);
  });
});

describe('storage of other engines', () => {
  const storage = `${directory}/storage`;
  const id = 'a'.repeat(64);
  const layerIds = ['b'.repeat(64), 'c'.repeat(64)] as const;
  const [bottom, top] = layerIds;

  function writeStorage(layers: readonly object[], lines: readonly object[]): void {
    const config = JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      rootfs: { type: 'layers', diff_ids: [sha256(layer)] },
    });
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(config), size: config.length },
      layers: [{ mediaType: 'application/vnd.oci.image.layer.v1.tar', digest: sha256(layer), size: layer.length }],
    });
    for (const path of [`overlay-images/${id}`, 'overlay-layers', `overlay/${bottom}/diff`])
      mkdirSync(`${storage}/${path}`, { recursive: true });
    const images = [
      { id, names: ['localhost/evil:1'], layer: bottom },
      { id: '../../../etc', names: ['localhost/evil:2'] },
    ];
    writeFileSync(`${storage}/overlay-images/images.json`, JSON.stringify(images));
    writeFileSync(`${storage}/overlay-layers/layers.json`, JSON.stringify(layers));
    writeFileSync(`${storage}/overlay-images/${id}/manifest`, manifest);
    writeFileSync(`${storage}/overlay-images/${id}/=${btoa(sha256(config))}`, config);
    writeFileSync(
      `${storage}/overlay-layers/${bottom}.tar-split.gz`,
      Bun.gzipSync(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
    );
  }

  const whole = { id: bottom, 'diff-digest': sha256(layer), 'diff-size': layer.length };
  const segment = (bytes: Uint8Array, position: number) => ({
    type: 2,
    payload: Buffer.from(bytes).toString('base64'),
    position,
  });
  const header = segment(layer.subarray(0, 512), 0);
  const rest = segment(layer.subarray(513), 2);
  const pull = (name: string) => limpid('pull', '-q', `containers-storage:[overlay@${storage}]${name}`);

  test('is read where it is as it should be', async () => {
    writeStorage([whole], [header, { type: 1, name: 'file', size: 1, payload: '', position: 1 }, rest]);
    writeFileSync(`${storage}/overlay/${bottom}/diff/file`, 'x');
    const { code, out } = await pull(id.slice(0, 12));
    expect([code, out.length]).toEqual([0, 65]);
    expect(await says('images', '--format', '{{.Names}}', out.trim())).toBe('[localhost/evil:1]');
    await says('rmi', out.trim());
    before = store();
  });

  test.each<[string, readonly object[], readonly object[], string]>([
    [
      'a file above the layer',
      [whole],
      [header, { type: 1, name: '../../../../../../../../etc/hostname', size: statSync('/etc/hostname').size }, rest],
      'file "../../../../../../../../etc/hostname" of its layer "IDB" is missing',
    ],
    [
      'a file that has changed',
      [whole],
      [header, { type: 1, name: 'file', size: 7 }, rest],
      'file "file" of its layer "IDB" has changed',
    ],
    ['an entry of an unknown type', [whole], [{ type: 3 }], 'its tar-split data has an entry of type "3"'],
    [
      'layers in a circle',
      [
        { ...whole, parent: top },
        { ...whole, id: top, parent: bottom },
      ],
      [],
      'its layers go round in a circle',
    ],
    ['a layer that is missing', [{ ...whole, parent: top }], [], 'its layer "IDC" is missing'],
    ['other layers', [{ ...whole, 'diff-digest': sha256('x') }], [], 'its layers are not those that its config names'],
  ])('%s', async (_, layers, lines, why) => {
    writeStorage(layers, lines);
    const { code, err } = await pull('evil:1');
    const line = err
      .replace(/"containers-storage:[^"]*"/, 'STORAGE')
      .replaceAll(bottom, 'IDB')
      .replaceAll(top, 'IDC');
    expect([code, line, store()]).toEqual([125, `Error: cannot read STORAGE: ${why}\n`, before]);
  });

  test('content that is not what was unpacked', async () => {
    writeStorage([whole], [header, { type: 1, name: 'file', size: 1 }, rest]);
    writeFileSync(`${storage}/overlay/${bottom}/diff/file`, 'y');
    const { code, err } = await pull('evil:1');
    expect([code, err.includes(sha256(layer)), store()]).toEqual([125, true, before]);
  });

  test('an id that is a path is no image', async () => {
    expect((await pull('evil:2')).err).toBe(
      `Error: cannot find "evil:2" in "containers-storage:[overlay@${storage}]evil:2": there is "localhost/evil:1"\n`,
    );
  });
});

describe('a daemon and a server that are not what they seem', () => {
  const socket = `${directory}/docker.sock`;
  let answer: () => Response = () => new Response('');
  const daemon = Bun.serve({ unix: socket, fetch: () => answer() });
  const server = Bun.serve({ port: 0, fetch: () => answer() });
  afterAll(async () => {
    await daemon.stop(true);
    await server.stop(true);
  });

  test.each<[string, () => Response, string]>([
    [
      'an error in HTML',
      () => new Response('<html>\u001b[31m', { status: 500 }),
      'cannot use "docker-daemon:x:1": Docker answers 500: <html>\\x1b[31m',
    ],
    [
      'an archive that is none',
      () => new Response('hello'),
      'cannot read "docker-daemon:x:1": it is no archive of images: it has no "manifest.json"',
    ],
    ['nothing', () => new Response(''), 'cannot read "docker-daemon:x:1": it is empty'],
  ])('Docker answers with %s', async (_, wrong, why) => {
    answer = wrong;
    const env = { DOCKER_HOST: `unix://${socket}` };
    expect(await limpidWith({ env }, 'pull', '-q', 'docker-daemon:x:1')).toEqual({
      code: 125,
      out: '',
      err: `Error: ${why}\n`,
    });
    expect(store()).toEqual(before);
  });

  test('Docker breaks off', async () => {
    const half = tar(dockerMembers(image, ['evil:1'])).subarray(0, 1500);
    const dying = Bun.listen({
      hostname: '127.0.0.1',
      port: 0,
      socket: {
        data(client) {
          client.write('HTTP/1.1 200 OK\r\nContent-Length: 10240\r\n\r\n');
          client.write(half);
          client.end();
        },
      },
    });
    try {
      const env = { DOCKER_HOST: `tcp://127.0.0.1:${dying.port}` };
      expect(await limpidWith({ env }, 'pull', '-q', 'docker-daemon:x:1')).toEqual({
        code: 125,
        out: '',
        err: 'Error: cannot read "docker-daemon:x:1": Docker broke off in the middle of it: ECONNRESET\n',
      });
      expect(store()).toEqual(before);
    } finally {
      dying.stop(true);
    }
  });

  test.each(['file:///etc/passwd', 'ftp://127.0.0.1/x', 'data:,x'])(
    'an import that is sent on to %s',
    async (location) => {
      answer = () => new Response(null, { status: 302, headers: { location } });
      const { code, out, err } = await limpid('import', '-q', `http://127.0.0.1:${server.port}/x.tar`);
      expect([
        code,
        out,
        err.startsWith(`Error: cannot import "http://127.0.0.1:${server.port}/x.tar": `),
        err.split('\n').length,
      ]).toEqual([125, '', true, 2]);
      expect(store()).toEqual(before);
    },
  );

  test('an import that never ends is cut where the disk would be full, and of a text nothing stays', async () => {
    answer = () => new Response('no archive');
    const { code, err } = await limpid('import', '-q', `http://127.0.0.1:${server.port}/x.tar`);
    expect([code, err.split('\n').length, store()]).toEqual([125, 2, before]);
  });
});

test('nothing is left of all these tries', () => {
  expect(readdirSync(`${directory}/root/staging`).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  expect(readFileSync('/proc/mounts', 'utf8').includes(directory)).toBe(false);
});
