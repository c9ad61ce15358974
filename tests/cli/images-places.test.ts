/** Every transport that needs nobody else, for pull, push, load, save and run alike. */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { imageOf, tar } from '../image-archive.ts';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { busyboxLayer, pushImage, type PushedImage } from '../registry-images.ts';
import { privateWorld } from './limpid.ts';

const { directory, says, limpid, limpidWith } = privateWorld();
const at = (name: string) => `${directory}/${name}`;
const hex = (digest: string) => digest.slice('sha256:'.length);
const layers = [busyboxLayer(), tar([{ path: 'says', data: 'hello\n' }])];
const image = imageOf(layers, { config: { Cmd: ['cat', '/says'] } });

let registry: Registry;
let app: PushedImage;
/** `insecure` for all that is asked of it, as `load` and `save` have no --tls-verify. */
let env: Record<string, string>;
beforeAll(async () => {
  registry = await startRegistry();
  app = await pushImage(registry.host, 'app:1', image);
  writeFileSync(at('registries.conf'), `[[registry]]\nlocation = "${registry.host}"\ninsecure = true\n`);
  env = { CONTAINERS_REGISTRIES_CONF: at('registries.conf') };
  await succeeds('pull', '-q', `docker://${registry.host}/app:1`);
  await says('tag', `${registry.host}/app:1`, 'team/app:1');
  await says('pull', '-q', 'builtin:busybox');
  mkdirSync(at('in'));
});
afterAll(() => registry.stop());

async function succeeds(...words: string[]): Promise<string> {
  const { code, out, err } = await limpidWith({ env }, ...words);
  expect({ words, code, err }).toEqual({ words, code: 0, err: '' });
  return out.trimEnd();
}

/** Where a place is in writing, and the name that its image has when it comes back. */
const PLACES: readonly (readonly [place: () => string, name: () => string])[] = [
  [() => `oci:${at('in/layout')}:team/app:2`, () => 'docker.io/team/app:2'],
  [() => `oci-archive:${at('in/oci.tar')}:team/app:3`, () => 'docker.io/team/app:3'],
  [() => `docker-archive:${at('in/docker.tar')}:team/app:4`, () => 'docker.io/team/app:4'],
  [() => `dir:${at('in/files')}`, () => 'localhost/files:latest'],
  [() => `docker://${registry.host}/other:5`, () => `${registry.host}/other:5`],
];

test.each(PLACES)('%# push, pull, run, load', async (placeOf, nameOf) => {
  const [place, name] = [placeOf(), nameOf()];
  await succeeds('push', '-q', 'team/app:1', place);
  expect(await succeeds('pull', '-q', place)).toBe(hex(app.id));
  expect(await succeeds('image', 'inspect', '--format', '{{.Id}}', name)).toBe(hex(app.id));
  await succeeds('rmi', name);
  expect(await succeeds('run', '--rm', '--quiet', '--network=none', place)).toBe('hello');
  await succeeds('rmi', name);
  // Without a registry nothing is asked for by its name: a place of one image loads under the name that it has there.
  expect(await succeeds('load', '-q', '-i', place)).toBe(`Loaded image: ${name}`);
  await succeeds('rmi', name);
});

test.each(PLACES)('%# save, and load what was saved', async (placeOf, nameOf) => {
  await succeeds('save', '-q', '-o', placeOf(), 'team/app:1');
  expect(await succeeds('load', '-q', '-i', placeOf())).toBe(`Loaded image: ${nameOf()}`);
  await succeeds('rmi', nameOf());
});

test('a place without a name is all of an archive, as without the transport', async () => {
  for (const [transport, format] of [
    ['docker-archive', 'docker-archive'],
    ['oci-archive', 'oci-archive'],
  ] as const) {
    await says('save', '-q', '--format', format, '-m', '-o', at('plain.tar'), 'team/app:1', 'busybox');
    await says('save', '-q', '-m', '-o', `${transport}:${at('placed.tar')}`, 'team/app:1', 'busybox');
    expect(readFileSync(at('placed.tar')).equals(readFileSync(at('plain.tar')))).toBe(true);
    expect((await says('load', '-q', '-i', `${transport}:${at('placed.tar')}`)).split('\n').toSorted()).toEqual([
      'Loaded image: docker.io/library/busybox:latest',
      'Loaded image: localhost/team/app:1',
    ]);
  }
  await says('save', '-q', '-o', `oci:${at('whole')}`, 'team/app:1');
  expect(await says('load', '-q', '-i', `oci:${at('whole')}`)).toBe('Loaded image: localhost/team/app:1');
});

test('builtin: is run, pulled and loaded, and never written', async () => {
  expect(await succeeds('run', '--rm', '--network=none', 'builtin:busybox', 'echo', 'hello')).toBe('hello');
  const id = await succeeds('pull', '-q', 'builtin:busybox');
  expect(await succeeds('load', '-q', '-i', 'builtin:busybox')).toBe('Loaded image: docker.io/library/busybox:latest');
  expect(await succeeds('image', 'inspect', '--format', '{{.Id}}', 'busybox')).toBe(id);
});

test.each([
  [['push', 'team/app:1', 'builtin:x'], 'cannot write "builtin:x": it is part of limpid'],
  [['save', '-o', 'builtin:x', 'team/app:1'], 'cannot write "builtin:x": it is part of limpid'],
  [
    ['save', '-o', 'containers-storage:x', 'team/app:1'],
    'cannot write "containers-storage:x": it is read only (hint: podman load takes what `limpid save` writes)',
  ],
  [
    ['save', '--format', 'oci-dir', '-o', 'oci:/tmp/x', 'team/app:1'],
    'cannot save as "oci-dir": --output "oci:/tmp/x" says another form',
  ],
  [
    ['save', '-m', '-o', 'dir:/tmp/x', 'team/app:1', 'busybox'],
    'cannot save to "dir:/tmp/x": it is a place for one image',
  ],
  [['load', '-i', 'oci:/tmp/nosuch'], 'cannot read "oci:/tmp/nosuch": there is no directory "/tmp/nosuch"'],
  [['load', '-i', 'nosuch.tar'], 'cannot read "nosuch.tar": there is no file "nosuch.tar"'],
])('%p is refused', async (words, why) => {
  expect(await limpid(...words)).toEqual({ code: 125, out: '', err: `Error: ${why}\n` });
});

test('a file that is called like a place is that file', async () => {
  await says('save', '-q', '-o', at('saved.tar'), 'team/app:1');
  writeFileSync(at('in/oci:file'), readFileSync(at('saved.tar')));
  expect(await limpidWith({ cwd: at('in') }, 'load', '-q', '-i', 'oci:file')).toEqual({
    code: 0,
    out: 'Loaded image: localhost/team/app:1\n',
    err: '',
  });
});
