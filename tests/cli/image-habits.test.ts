/** What scripts written for podman and Docker rely on, image by image. */
import { beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, openSync, closeSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hex, imageOf, ociMembers, sha256, tar } from '../image-archive.ts';
import { privateWorld } from './limpid.ts';

const { directory, program, globals, says, limpid, limpidWith, onTerminal } = privateWorld();
const at = (name: string) => `${directory}/${name}`;

const step = { created: '2026-01-02T03:04:05.678901234Z', created_by: 'ADD it' };
const bare = imageOf([tar([{ path: 'bare' }])], { created: step.created, config: {}, history: [step] });
const full = imageOf([tar([{ path: 'full' }])], {
  config: { User: '7', Labels: { kind: 'full' }, Entrypoint: ['/full'], ExposedPorts: { '80/tcp': {} } },
});

beforeAll(async () => {
  for (const [name, image] of Object.entries({ bare, full })) {
    writeFileSync(at(`${name}.tar`), tar(ociMembers(image, `localhost/${name}:latest`)));
    await says('load', '-q', '-i', at(`${name}.tar`));
  }
});

describe('a template for what an image does not say', () => {
  test.each([
    ['{{.ID}}', hex(bare.config)],
    ['{{.Config.User}}|{{.Config.WorkingDir}}|{{.Config.StopSignal}}', '||'],
    ['{{.Config.Env}} {{.Config.Entrypoint}} {{.Config.Cmd}} {{json .Config.Entrypoint}}', '[] [] [] null'],
    ['{{.Config.Labels}} {{.Labels}} {{json .Labels}} {{.Config.Labels.kind}}', 'map[] map[] null <no value>'],
    ['[{{index .Config.Labels "kind"}}]', '[]'],
    ['{{range $port, $_ := .Config.ExposedPorts}}{{$port}}{{end}}{{len .Config.Volumes}}', '0'],
    ['{{if .Config.Healthcheck}}checked{{else}}not{{end}} {{if .HealthCheck}}checked{{else}}not{{end}}', 'not not'],
    [
      '{{range .History}}{{.CreatedBy}} {{.Created}} {{.EmptyLayer}} [{{.Comment}}]{{end}}',
      `ADD it ${step.created} false []`,
    ],
    ['{{json .Config}} {{json .History}}', `{} ${JSON.stringify([step])}`],
  ])('%s', async (template, text) => {
    expect(await says('image', 'inspect', '--format', template, 'bare')).toBe(text);
    expect(await says('inspect', '--type', 'image', '--format', template, 'bare')).toBe(text);
  });

  test('what it does say is as it was', async () => {
    const template =
      '{{.Config.User}} {{.Config.Labels.kind}} {{index .Labels "kind"}} {{.Config.Entrypoint}} {{json .Config.ExposedPorts}}';
    expect(await says('image', 'inspect', '--format', template, 'full')).toBe('7 full full [/full] {"80/tcp":{}}');
  });

  test('what nobody knows is an error still', async () => {
    expect((await limpid('image', 'inspect', '--format', '{{.Config.Usr}}', 'bare')).err).toBe(
      'Error: cannot use format "{{.Config.Usr}}": template: inspect:1:2: executing "inspect" at <.Config.Usr>: can\'t evaluate field Usr in type struct\n',
    );
  });

  test('an empty format is none', async () => {
    expect(await says('image', 'inspect', '--format', '', 'bare')).toBe(await says('image', 'inspect', 'bare'));
  });
});

test('what an image says of itself steers no terminal; who reads from a pipe gets it as it is', async () => {
  const evil = '\x1b[2J\x9b31m\u202e\n\tend';
  const image = imageOf([tar([{ path: 'evil' }])], {
    config: { Labels: { evil } },
    history: [{ ...step, comment: evil }],
  });
  writeFileSync(at('evil.tar'), tar(ociMembers(image, 'localhost/evil:latest')));
  await says('load', '-q', '-i', at('evil.tar'));
  const asks = [
    ['image', 'inspect', '--format', '{{.Config.Labels.evil}}', 'evil'],
    ['inspect', '--format', '{{.Config.Labels.evil}}', 'evil'],
    ['images', '--format', '{{.Labels.evil}}', 'evil'],
    ['history', '--format', '{{.Comment}}', 'evil'],
  ] as const;
  for (const words of asks) {
    expect(await says(...words)).toBe(evil);
    const terminal = onTerminal(...words);
    expect(await terminal.exited).toBe(0);
    expect({ words, screen: terminal.screen }).toEqual({ words, screen: '\\x1b[2J\\x9b31m\\u202e\r\n\tend\r\n' });
  }
  for (const words of [
    ['image', 'inspect', 'evil'],
    ['images', '--format', 'json', 'evil'],
    ['history', '--format', 'json', 'evil'],
  ]) {
    const json = await says(...words);
    expect(json).toContain('\\u001b[2J\\u009b31m\\u202e');
    expect(JSON.stringify(JSON.parse(json))).toContain(JSON.stringify(evil));
    expect(json.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\u202e]/u);
  }
  await says('rmi', 'evil');
});

test('times of a history are told to the second', async () => {
  const [, line] = (await says('history', '--human=false', 'bare')).split('\n');
  expect(line).toMatch(/^[0-9a-f]{12} +2026-01-02T03:04:05Z +ADD it +\d+ *$/);
  expect(await says('history', '--format', '{{.Created}} {{.CreatedAt}}', '--human=false', 'bare')).toBe(
    '2026-01-02T03:04:05Z 2026-01-02T03:04:05Z',
  );
});

test('an image that has tags is listed by these, not by a digest as well', async () => {
  const rows = () => says('images', '--noheading', '--format', '{{.Repository}}:{{.Tag}}', 'some');
  await says('push', '-q', 'full', `oci:${at('layout')}:localhost/some:1`);
  await says('load', '-q', '-i', `oci:${at('layout')}`);
  await says('rmi', 'full');
  const byDigest = `localhost/some@${await says('image', 'inspect', '--format', '{{.Digest}}', 'some:1')}`;
  expect(await rows()).toBe('localhost/some:1');
  // What a pull by digest leaves.
  const index = at('root/images/index.json');
  const document = JSON.parse(await Bun.file(index).text()) as { manifests: { annotations: Record<string, string> }[] };
  const entry = document.manifests.find(({ annotations }) => Object.values(annotations).includes('localhost/some:1'))!;
  const name = { ...entry.annotations, 'org.opencontainers.image.ref.name': byDigest };
  document.manifests.unshift({ ...entry, annotations: name });
  writeFileSync(index, JSON.stringify(document));
  expect(await says('image', 'inspect', '--format', '{{.Id}}', byDigest)).toBe(hex(full.config));
  expect(await rows()).toBe('localhost/some:1');
  await says('untag', 'some:1', 'some:1');
  expect(await says('images', '--noheading', '--format', '{{.Repository}}:{{.Tag}}', byDigest)).toBe(
    'localhost/some:<none>',
  );
  await says('rmi', byDigest);
});

test('docker:// before a short name means docker.io, wherever short names are searched', async () => {
  const home = at('home/.config/containers');
  mkdirSync(home, { recursive: true });
  const lines = [
    'unqualified-search-registries = ["127.0.0.1:1"]',
    '[[registry]]',
    'location = "docker.io"',
    'blocked = true',
  ];
  writeFileSync(`${home}/registries.conf`, lines.join('\n'));
  const env = { HOME: at('home'), XDG_CONFIG_HOME: '' };
  for (const [name, whole] of [
    ['docker://lab', 'docker.io/library/lab:latest'],
    ['docker://team/lab:2', 'docker.io/team/lab:2'],
  ]) {
    expect((await limpidWith({ env }, 'pull', '-q', name!)).err).toBe(
      `Error: cannot pull "${whole}": "docker.io" is blocked in "${home}/registries.conf"\n`,
    );
  }
});

test('load from an address', async () => {
  const body = await Bun.file(at('bare.tar')).bytes();
  const server = Bun.serve({
    port: 0,
    fetch: ({ url }) => (url.endsWith('/bare.tar') ? new Response(body) : new Response('', { status: 404 })),
  });
  try {
    const address = `http://u:secret@127.0.0.1:${server.port}`;
    await says('rmi', 'bare');
    expect(await says('load', '-q', '-i', `${address}/bare.tar`)).toBe('Loaded image: localhost/bare:latest');
    expect(await says('image', 'inspect', '--format', '{{.Id}}', 'bare')).toBe(hex(bare.config));
    expect((await limpid('load', '-i', `${address}/other`)).err).toBe(
      `Error: cannot load "http://127.0.0.1:${server.port}/other": the server answers 404\n`,
    );
  } finally {
    await server.stop(true);
  }
});

test('where an id or a digest cannot be written to is told before anything is made', async () => {
  const container = await says('create', '--network=none', 'builtin:busybox', 'true');
  for (const [path, why] of [
    [at('nowhere/id'), `there is no directory "${at('nowhere')}"`],
    [directory, 'it is a directory'],
  ]) {
    const refused = { code: 125, out: '', err: `Error: cannot write "${path}": ${why}\n` };
    expect(await limpid('commit', '--iidfile', path!, container, 'never')).toEqual(refused);
    expect(await limpid('push', '-q', '--digestfile', path!, 'bare', `dir:${at('never')}`)).toEqual(refused);
  }
  expect([(await limpid('image', 'exists', 'never')).code, existsSync(at('never'))]).toEqual([1, false]);
  await says('rm', container);
});

test('by its id, an image of several names is pushed to none of them unasked', async () => {
  await says('tag', 'bare', '127.0.0.1:1/one:1', '127.0.0.1:1/two:2');
  expect(await limpid('push', hex(bare.config))).toEqual({
    code: 125,
    out: '',
    err: `Error: cannot push image "${hex(bare.config)}": it has several names: localhost/bare:latest, 127.0.0.1:1/one:1, 127.0.0.1:1/two:2 (hint: name a destination: limpid push ${hex(bare.config)} docker://registry.example/name:tag)\n`,
  });
  expect((await limpid('push', '-q', '127.0.0.1:1/two:2')).err).toContain(' to "127.0.0.1:1/two:2": ECONNREFUSED, ');
  await says('untag', 'bare', '127.0.0.1:1/one:1', '127.0.0.1:1/two:2');
});

test('a full disk behind stderr changes neither what is done nor the exit code', async () => {
  const before = readdirSync(directory).length;
  const codes = ['bare', 'nosuch'].map((image) => {
    const full = openSync('/dev/full', 'w');
    try {
      const words = [program, ...globals, 'save', '-o', at(`${image}.saved`), image];
      const { exitCode } = Bun.spawnSync(words, { stdin: 'ignore', stdout: 'ignore', stderr: full });
      return exitCode;
    } finally {
      closeSync(full);
    }
  });
  expect([codes, readdirSync(directory).length - before]).toEqual([[0, 125], 1]);
  expect(sha256(await Bun.file(at('bare.saved')).bytes())).toBe(sha256(await saved('bare')));
});

async function saved(image: string): Promise<Uint8Array> {
  await says('save', '-q', '-o', at('again'), image);
  return Bun.file(at('again')).bytes();
}

test('filters: their opposites, lists of manifests, and an id that is none', async () => {
  for (const name of ['bare', 'full']) await says('load', '-q', '-i', at(`${name}.tar`));
  await says('manifest', 'create', 'list');
  const found = async (...filters: string[]) => {
    const words = filters.flatMap((one) => ['--filter', one]);
    return (await says('images', '--format', '{{.Repository}}', ...words)).split('\n').toSorted().join(' ');
  };
  const [b, f, l] = ['localhost/bare', 'localhost/full', 'localhost/list'];
  await Promise.all(
    (
      [
        [['manifest=true'], l],
        [['manifest!=true', 'reference=localhost/*'], `${b} ${f}`],
        [['reference!=bare', 'reference=localhost/*'], `${f} ${l}`],
        [['reference!=bare', 'reference=localhost/*', 'label=kind'], f],
        [[`id!=${hex(full.config)}`, 'dangling!=true', 'manifest=false', 'reference=localhost/*'], b],
        [['id='], ''],
        [['id=sha256:'], ''],
      ] as const
    ).map(async ([filters, names]) =>
      expect({ filters, found: await found(...filters) }).toEqual({ filters, found: names! }),
    ),
  );
  expect((await limpid('images', '--filter', 'nope!=1')).err).toBe(
    'Error: cannot filter by "nope!=1": it is no filter (hint: write KEY=VALUE or KEY!=VALUE with before, since, after, until, dangling, intermediate, readonly, containers, id, label, manifest, reference)\n',
  );
  await says('manifest', 'rm', 'list');
});

test('what labels a damaged image has nobody knows: no filter finds it, and all find the others', async () => {
  for (const name of ['bare', 'full']) await says('load', '-q', '-i', at(`${name}.tar`));
  rmSync(at(`root/images/blobs/sha256/${hex(bare.config)}`));
  const found = (...filters: string[]) => says('images', '-q', '--no-trunc', ...filters.flatMap((one) => ['-f', one]));
  expect(await found('label=kind')).toBe(sha256(full.config));
  expect(await found('label!=kind')).toBe('');
  expect(await found('label!=other')).toBe(sha256(full.config));
});
