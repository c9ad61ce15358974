import { beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hex, imageOf, ociMembers, sha256, tar } from '../image-archive.ts';
import { privateWorld } from './limpid.ts';

const { directory, says, limpid } = privateWorld();
const at = (name: string) => `${directory}/${name}`;

const amd = imageOf([tar([{ path: 'amd' }])], { architecture: 'amd64' });
const arm = imageOf([tar([{ path: 'arm' }])], { architecture: 'arm64', variant: 'v8' });
const manifestOf = (image: typeof amd) =>
  String(ociMembers(image, undefined).find(({ data }) => String(data).includes('"layers":['))!.data);
const described = (image: typeof amd, platform: object) => ({
  mediaType: 'application/vnd.oci.image.manifest.v1+json',
  digest: sha256(manifestOf(image)),
  size: manifestOf(image).length,
  platform,
});
const AMD = { os: 'linux', architecture: 'amd64' };
const ARM = { os: 'linux', architecture: 'arm64', variant: 'v8' };
const inspect = async (list: string) => JSON.parse(await says('manifest', 'inspect', list));
const digestOf = (list: string) => says('images', '--noheading', '--format', '{{.Digest}}', list);
const blob = (digest: string) => existsSync(at(`root/images/blobs/${digest.replace(':', '/')}`));

beforeAll(async () => {
  for (const [name, image] of Object.entries({ amd, arm })) {
    writeFileSync(at(`${name}.tar`), tar(ociMembers(image, `localhost/${name}:latest`)));
    await says('load', '-q', '-i', at(`${name}.tar`));
  }
});

test('create, inspect, exists, rm', async () => {
  const id = await says('manifest', 'create', 'lab', 'amd', 'arm');
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  const list = readFileSync(at(`root/images/blobs/${(await digestOf('lab')).replace(':', '/')}`), 'utf8');
  expect(await inspect('lab')).toEqual({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [described(amd, AMD), described(arm, ARM)],
  });
  expect([(await limpid('manifest', 'exists', 'lab')).code, (await limpid('manifest', 'exists', 'amd')).code]).toEqual([
    0, 1,
  ]);
  expect(await says('manifest', 'rm', 'lab')).toBe(`Untagged: localhost/lab:latest\nDeleted: ${id}`);
  expect([(await limpid('manifest', 'exists', 'lab')).code, blob(`sha256:${id}`), blob(sha256(list))]).toEqual([
    1,
    false,
    false,
  ]);
  expect(blob(sha256(manifestOf(amd)))).toBe(true);
});

test('add, annotate, remove: each writes the list anew, the old one goes, and the id stays', async () => {
  const id = await says('manifest', 'create', 'lab');
  const empty = await digestOf('lab');
  expect(await says('manifest', 'add', '--annotation', 'a=b=c', '--os-version', '6', 'lab', 'amd')).toBe(id);
  const one = await digestOf('lab');
  expect(await inspect('lab')).toMatchObject({
    manifests: [{ ...described(amd, { ...AMD, 'os.version': '6' }), annotations: { a: 'b=c' } }],
  });
  await says('manifest', 'add', 'lab', 'arm');
  const digest = sha256(manifestOf(arm));
  const features = ['--features', 'sse4', '--os-features', 'f', '--arch', 'riscv64', '--variant', 'x', '--os', 'o'];
  await says('manifest', 'annotate', ...features, 'lab', digest);
  const { manifests } = await inspect('lab');
  expect(manifests[1].platform).toEqual({
    os: 'o',
    architecture: 'riscv64',
    variant: 'x',
    'os.features': ['f'],
    features: ['sse4'],
  });
  await says('manifest', 'remove', 'lab', 'amd');
  expect((await inspect('lab')).manifests.length).toBe(1);
  expect([empty, one, await digestOf('lab')].map(blob)).toEqual([false, false, true]);
  await says('manifest', 'rm', 'lab');
});

test('two lists that hold the same are two', async () => {
  const ids = [await says('manifest', 'create', 'lab'), await says('manifest', 'create', 'other')];
  expect(ids[0]).not.toBe(ids[1]!);
  expect(await says('manifest', 'add', 'lab', 'amd')).toBe(ids[0]!);
  expect((await inspect('other')).manifests).toEqual([]);
  await says('manifest', 'add', 'other', 'amd');
  expect(await digestOf('lab')).toBe(await digestOf('other'));
  await says('manifest', 'remove', 'lab', 'amd');
  expect([(await inspect('lab')).manifests.length, (await inspect('other')).manifests.length]).toEqual([0, 1]);
  expect(await says('manifest', 'rm', 'lab')).toBe(`Untagged: localhost/lab:latest\nDeleted: ${ids[0]}`);
  expect((await limpid('run', '--rm', '--network=none', '--pull=never', 'other')).err).not.toContain('not known');
  expect(await says('system', 'check')).not.toContain('damaged');
  await says('manifest', 'rm', 'other');
});

test('what a list names stays for it: neither pruned nor removed with its last name', async () => {
  await says('manifest', 'create', 'lab', 'arm');
  const id = await says('images', '-q', '--no-trunc', 'arm');
  expect(await says('rmi', 'arm')).toBe('Untagged: localhost/arm:latest');
  expect(await says('image', 'prune', '--force')).toBe('');
  expect(await limpid('rmi', hex(arm.config))).toEqual({
    code: 2,
    out: '',
    err: `Error: cannot remove image "${hex(arm.config).slice(0, 12)}": manifest list "localhost/lab:latest" names it (hint: remove that first, or use --force)\n`,
  });
  await says('manifest', 'push', '-q', '--all', 'lab', `oci:${at('kept')}:1`);
  expect(await says('pull', '-q', '--platform', 'linux/arm64', `oci:${at('kept')}:1`)).toBe(hex(arm.config));
  await says('tag', id, 'arm');
  await says('untag', 'arm');
  // Both at once: then nobody names it. Filters are told that a list has no labels.
  expect(await says('images', '-q', '--filter', 'label=any')).toBe('');
  const pruned = (await says('image', 'prune', '--force', '--all', '--filter', 'label!=none')).split('\n');
  expect(pruned).toContain(hex(arm.config));
  expect((await limpid('manifest', 'exists', 'lab')).code).toBe(1);
  for (const name of ['amd', 'arm']) await says('load', '-q', '-i', at(`${name}.tar`));
});

test('an image that is here in another compression: the list keeps the one that it names', async () => {
  await says('push', '-q', '--compression-format', 'zstd', 'amd', `oci:${at('zstd')}:1`);
  await says('manifest', 'create', 'lab', `oci:${at('zstd')}:1`);
  await says('image', 'prune', '--force');
  await says('manifest', 'push', '-q', '--all', 'lab', `oci:${at('both')}:1`);
  const blobs = (directory: string) => readdirSync(at(`${directory}/blobs/sha256`));
  expect(blobs('both')).toEqual(expect.arrayContaining(blobs('zstd')));
  await says('manifest', 'rm', 'lab');
  const [layer] = JSON.parse(readFileSync(at(`zstd/blobs/sha256/${zstdManifest().slice(7)}`), 'utf8')).layers;
  expect(blob(layer.digest)).toBe(false);
});

/** Digest of the manifest in the layout `zstd`. */
function zstdManifest(): string {
  return JSON.parse(readFileSync(at('zstd/index.json'), 'utf8')).manifests[0].digest;
}

test('all names of a list mean the changed one', async () => {
  await says('manifest', 'create', 'lab', 'amd');
  await says('tag', 'lab', 'other');
  const id = await says('manifest', 'add', 'lab', 'arm');
  expect((await inspect('other')).manifests.length).toBe(2);
  expect(await says('images', '--no-trunc', '-q', 'other')).toBe(`sha256:${id}`);
  await says('rmi', '--force', id);
});

test('to a layout and back, and what runs here is chosen of it', async () => {
  await says('manifest', 'create', 'lab', 'amd', 'arm');
  await says('manifest', 'push', '-q', '--digestfile', at('digest'), 'lab', `oci:${at('layout')}:1`);
  const { manifests } = JSON.parse(readFileSync(at('layout/index.json'), 'utf8'));
  expect(manifests).toEqual([
    {
      mediaType: 'application/vnd.oci.image.index.v1+json',
      digest: readFileSync(at('digest'), 'utf8'),
      size: expect.any(Number),
      annotations: { 'org.opencontainers.image.ref.name': '1' },
    },
  ]);
  expect(await says('pull', '-q', '--platform', 'linux/arm64', `oci:${at('layout')}:1`)).toBe(hex(arm.config));
  await says('manifest', 'create', '--all', 'copy', `oci:${at('layout')}:1`);
  expect(await inspect('copy')).toEqual(await inspect('lab'));
  await says('manifest', 'push', '-q', '--rm', '--format', 'v2s2', 'copy', `dir:${at('dir')}`);
  expect(JSON.parse(readFileSync(at('dir/manifest.json'), 'utf8')).mediaType).toBe(
    'application/vnd.docker.distribution.manifest.list.v2+json',
  );
  expect((await limpid('manifest', 'exists', 'copy')).code).toBe(1);
  await says('manifest', 'rm', 'lab');
});

describe('what cannot be', () => {
  beforeAll(() => says('manifest', 'create', 'taken', 'amd'));

  test.each([
    [
      ['manifest', 'create', 'amd'],
      /^cannot create manifest list "localhost\/amd:latest": the name belongs to image sha256:[0-9a-f]{64} \(hint: choose another name\)$/,
    ],
    [
      ['manifest', 'create', 'taken'],
      /^cannot create manifest list "localhost\/taken:latest": the name belongs to manifest list sha256:[0-9a-f]{64} \(hint: with --amend images are added to it\)$/,
    ],
    [['manifest', 'add', 'amd', 'arm'], 'cannot use "amd" as a manifest list: it is an image'],
    [['manifest', 'add', 'taken', 'taken'], 'cannot add "taken": it is a manifest list itself, and lists hold images'],
    [['manifest', 'add', '--annotation', 'x', 'taken', 'arm'], 'cannot use --annotation "x": KEY=VALUE is wanted'],
    [
      ['manifest', 'remove', 'taken', 'arm'],
      /^cannot find "arm" in manifest list "taken": it holds sha256:[0-9a-f]{64}$/,
    ],
    [
      ['manifest', 'rm', 'nosuch'],
      'cannot find image "nosuch": it is not known here (hint: `limpid images` lists all, `limpid pull` gets another)',
    ],
    [['manifest', 'push', 'amd', 'dir:/x'], 'cannot use "amd" as a manifest list: it is an image'],
    [
      ['manifest', 'push', '--compression-format', 'zstd', 'taken', 'dir:/x'],
      'cannot push manifest list "localhost/taken:latest": it names its images by digest, which another compression would change',
    ],
    [
      ['manifest', 'push', '--sign-by-sigstore-private-key', 'k', 'taken', 'dir:/x'],
      'cannot use --sign-by-sigstore-private-key: limpid signs nothing (hint: sign with skopeo)',
    ],
    [
      ['push', '--compression-format', 'zstd', 'taken', `dir:${at('x')}`],
      'cannot push manifest list "localhost/taken:latest": it names its images by digest, which another compression would change',
    ],
    [
      ['push', 'taken', `docker-archive:${at('x.tar')}`],
      `cannot write "docker-archive:${at('x.tar')}": this form holds no manifest lists (hint: use oci-archive, or one image of the list)`,
    ],
    [
      ['save', '-o', at('x.tar'), 'taken'],
      `cannot write "${at('x.tar')}": this form holds no manifest lists (hint: use oci-archive, or one image of the list)`,
    ],
  ])('%p', async (words, why) => {
    const { code, out, err } = await limpid(...words);
    const line = err
      .split('\n')
      .find((one) => one.startsWith('Error: '))!
      .slice('Error: '.length);
    expect({ code, out }).toEqual({ code: 125, out: '' });
    if (typeof why === 'string') expect(line).toBe(why);
    else expect(line).toMatch(why);
    expect([existsSync(at('x.tar')), existsSync(at('x/manifest.json'))]).toEqual([false, false]);
  });
});
