import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { readdirSync, writeFileSync } from 'node:fs';
import { imageOf, tar } from '../image-archive.ts';
import { startRegistry, type Registry } from '../registry-fixture.ts';
import { busyboxLayer, pushImage, type PushedImage } from '../registry-images.ts';
import { privateWorld } from './limpid.ts';

const { directory, limpid, says } = privateWorld();
let registry: Registry;
let [one, two]: PushedImage[] = [];
let [oneName, twoName] = ['', ''];
const hex = (digest: string) => digest.slice('sha256:'.length);
const base = busyboxLayer();
const extra = tar([{ path: 'extra', data: 'e'.repeat(5000) }]);

beforeAll(async () => {
  registry = await startRegistry();
  const step = (text: string) => ({ created: '2026-01-02T03:04:05Z', created_by: text });
  one = await pushImage(
    registry.host,
    'one:latest',
    imageOf([base], {
      created: '2026-01-02T03:04:05Z',
      config: { Cmd: ['sh'], Labels: { kind: 'base' } },
      history: [step('ADD base'), { ...step('CMD ["sh"]'), empty_layer: true }],
    }),
  );
  two = await pushImage(
    registry.host,
    'two:latest',
    imageOf([base, extra], { created: '2026-02-03T04:05:06Z', config: { Cmd: ['cat', '/extra'] } }),
  );
  [oneName, twoName] = [`${registry.host}/one:latest`, `${registry.host}/two:latest`];
  await says('pull', '-q', '--tls-verify=false', oneName, twoName);
});
afterAll(() => registry.stop());

describe('images', () => {
  test('the table, newest first', async () => {
    const [heading, ...lines] = (await says('images')).split('\n');
    expect(heading).toMatch(/^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE$/);
    const ago = String.raw`\d+ months ago`;
    expect(lines).toEqual([
      expect.stringMatching(
        new RegExp(`^${registry.host}/two +latest +${hex(two!.id).slice(0, 12)} +${ago} +\\d.*MB$`),
      ),
      expect.stringMatching(
        new RegExp(`^${registry.host}/one +latest +${hex(one!.id).slice(0, 12)} +${ago} +\\d.*MB$`),
      ),
    ]);
    expect(await says('images', '-q', '--no-trunc', '--sort', 'repository')).toBe(`${one!.id}\n${two!.id}`);
    expect(await says('images', '--noheading', '--digests', 'one')).toContain(one!.digest);
    expect(await says('image', 'ls', '-q')).toBe(await says('images', '-q'));
  });

  test('json and templates', async () => {
    const [image] = JSON.parse(await says('images', '--format', 'json', 'one')) as Record<string, unknown>[];
    expect(image).toMatchObject({
      Id: hex(one!.id),
      Names: [oneName],
      RepoDigests: [`${registry.host}/one@${one!.digest}`],
      Labels: { kind: 'base' },
      Containers: 0,
      Created: 1767323045,
      CreatedAt: '2026-01-02T03:04:05Z',
    });
    expect(await says('images', '--format', '{{.Repository}}:{{.Tag}} {{.Labels.kind}}', 'one')).toBe(
      `${oneName} base`,
    );
    expect(await says('images', '--format', 'table {{.ID}} {{.Tag}}', 'one')).toBe(
      `IMAGE ID      TAG\n${hex(one!.id).slice(0, 12)}  latest`,
    );
    expect(await says('images', '--format', '{{.CreatedAt}}', 'one')).toBe('2026-01-02 03:04:05 +0000 UTC');
  });

  test.each<[string, string[]]>([
    ['label=kind=base', ['one']],
    ['label!=kind', ['two']],
    ['label=kind=other', []],
    ['dangling=false', ['two', 'one']],
    ['before=two', ['one']],
    ['since=one', ['two']],
    ['after=one', ['two']],
    ['until=2026-01-15T00:00:00Z', ['one']],
    ['reference=*/o*', ['one']],
    ['containers=true', []],
  ])('--filter %s', async (filter, names) => {
    const out = await says('images', '--filter', filter, '--format', '{{.Repository}}');
    expect(out.split('\n').filter(Boolean)).toEqual(names.map((name) => `${registry.host}/${name}`));
  });

  test('a filter that is none', async () => {
    const { code, err } = await limpid('images', '--filter', 'color=red');
    expect([code, err]).toEqual([125, expect.stringMatching(/^Error: cannot filter by "color=red": it is no filter/)]);
  });
});

describe('what is known of one', () => {
  test('history, the newest step first', async () => {
    expect((await says('history', '--format', '{{.ID}}|{{.CreatedBy}}|{{.Size}}', 'one')).split('\n')).toEqual([
      `${hex(one!.id).slice(0, 12)}|CMD ["sh"]|0 B`,
      expect.stringMatching(/^<missing>\|ADD base\|\d.*MB$/),
    ]);
    const steps = JSON.parse(await says('history', '--format', 'json', 'one')) as { size: number; id: string }[];
    expect(steps.map(({ id, size }) => [id, size])).toEqual([
      [hex(one!.id), 0],
      ['<missing>', base.length],
    ]);
    expect(await says('history', '-q', '--no-trunc', 'one')).toBe(`${hex(one!.id)}\n<missing>`);
  });

  test('the tree of layers', async () => {
    const [base, top] = JSON.parse(
      await says('image', 'inspect', '--format', '{{json .RootFS.Layers}}', 'two'),
    ) as string[];
    const lines = (await says('image', 'tree', 'two')).split('\n');
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(
        new RegExp(`^├── ID: ${hex(base!).slice(0, 12)} Size: .*MB Top Layer of: \\[${oneName}\\]$`),
      ),
      expect.stringMatching(
        new RegExp(`^└── ID: ${hex(top!).slice(0, 12)} Size: .*kB Top Layer of: \\[${twoName}\\]$`),
      ),
    ]);
    const required = (await says('image', 'tree', '--whatrequires', 'one')).split('\n');
    expect(required.slice(-3)).toEqual([
      'Image Layers',
      expect.stringMatching(
        new RegExp(`^└── ID: ${hex(base!).slice(0, 12)} Size: .*MB Top Layer of: \\[${oneName}\\]$`),
      ),
      expect.stringMatching(
        new RegExp(`^    └── ID: ${hex(top!).slice(0, 12)} Size: .*kB Top Layer of: \\[${twoName}\\]$`),
      ),
    ]);
  });

  test('inspect', async () => {
    const [document] = JSON.parse(await says('image', 'inspect', 'two')) as Record<string, unknown>[];
    expect(document).toMatchObject({
      Id: hex(two!.id),
      Digest: two!.digest,
      RepoTags: [twoName],
      Config: { Cmd: ['cat', '/extra'] },
      Os: 'linux',
      Labels: null,
      ManifestType: 'application/vnd.oci.image.manifest.v1+json',
    });
    for (const words of [['inspect'], ['inspect', '--type', 'image']])
      expect(JSON.parse(await says(...words, 'two'))).toEqual([document]);
    expect((await limpid('inspect', '--type', 'container', 'two')).err).toContain('cannot find container "two"');
    const { code, out, err } = await limpid('image', 'inspect', 'nope');
    expect([code, out, err]).toEqual([125, '[]\n', expect.stringContaining('cannot find image "nope"')]);
  });

  test('exists', async () => {
    expect(
      await Promise.all(['one', hex(one!.id), 'nope'].map(async (it) => (await limpid('image', 'exists', it)).code)),
    ).toEqual([0, 0, 1]);
  });
});

describe('names', () => {
  test('tag and untag', async () => {
    await says('tag', 'one', 'local', 'registry.example:5000/team/it:2');
    const names = async () =>
      (await says('images', '--format', '{{.Repository}}:{{.Tag}}', '--filter', 'label=kind')).split('\n');
    expect((await names()).toSorted()).toEqual(
      [oneName, 'localhost/local:latest', 'registry.example:5000/team/it:2'].toSorted(),
    );
    await says('untag', 'one', 'team/it:2');
    expect(await names()).not.toContain('registry.example:5000/team/it:2');
    await says('untag', 'local');
    expect(await names()).toEqual(['<none>:<none>']);
    await says('tag', hex(one!.id).slice(0, 10), oneName);
    expect(await names()).toEqual([oneName]);
  });
  test.each([
    [['tag', 'one', 'Upper'], 'upper-case'],
    [['tag', 'one', `x@${'sha256:'.padEnd(71, 'a')}`], 'it has a digest'],
    [['tag', 'nope', 'x'], 'cannot find image "nope"'],
    [['untag', 'one', 'other'], 'it has no such name'],
  ])('%p', async (words, message) => {
    const { code, err } = await limpid(...words);
    expect([code, err]).toEqual([125, expect.stringContaining(message)]);
  });
});

describe('rmi', () => {
  test('exit codes: 1 where it is not there, 2 where it is needed', async () => {
    expect((await limpid('rmi', 'nope')).code).toBe(1);
    expect(await limpid('rmi', '-i', 'nope')).toEqual({ code: 0, out: '', err: '' });
    await says('create', '--name', 'user', 'two');
    const { code, err } = await limpid('rmi', 'two');
    expect([code, err]).toEqual([
      2,
      `Error: cannot remove image "${hex(two!.id).slice(0, 12)}": container "user" needs it (hint: remove that first, or use --force)\n`,
    ]);
    await says('rm', 'user');
  });
  test('with --force its containers go too', async () => {
    await says('tag', 'two', 'kept');
    await says('run', '-d', '--name', 'user', 'two', 'sleep', '1000');
    expect(await says('rmi', '-f', twoName)).toBe(`Untagged: ${twoName}`);
    expect(await says('ps', '-q')).not.toBe('');
    expect(await says('rmi', '-f', 'kept')).toBe(`Untagged: localhost/kept:latest\nDeleted: ${hex(two!.id)}`);
    expect(await says('ps', '-aq')).toBe('');
  });
  test('layers go with the last image that has them, and not before', async () => {
    const layers = () => readdirSync(`${directory}/root/layers`).length;
    expect(layers()).toBe(1);
    await says('pull', '-q', '--tls-verify=false', twoName);
    expect(layers()).toBe(2);
    await says('rmi', oneName);
    expect([layers(), await says('run', '--rm', 'two')]).toEqual([2, 'e'.repeat(5000)]);
    await says('rmi', '--all');
    expect([layers(), readdirSync(`${directory}/root/images/blobs/sha256`).length]).toEqual([0, 0]);
    await says('pull', '-q', '--tls-verify=false', oneName, twoName);
  });
});

describe('commit and diff', () => {
  test('diff reads the upper layer', async () => {
    await says(
      'run',
      '--name',
      'd',
      'one',
      'sh',
      '-c',
      'mkdir /a; echo x > /a/b; rm /bin/seq; busybox chmod 700 /bin/busybox; touch /etc/x',
    );
    expect((await says('diff', 'd')).split('\n')).toEqual([
      'A /a',
      'A /a/b',
      'C /bin',
      'C /bin/busybox',
      'D /bin/seq',
      'A /etc',
      'A /etc/x',
    ]);
    expect(JSON.parse(await says('diff', '--format', 'json', 'd'))).toEqual({
      changed: ['/bin', '/bin/busybox'],
      added: ['/a', '/a/b', '/etc', '/etc/x'],
      deleted: ['/bin/seq'],
    });
    expect(await says('diff', 'two')).toBe('A /extra');
    expect((await limpid('diff', 'nope')).code).toBe(125);
    await says('rm', 'd');
  });

  test('diff of what has nothing of its own: a read-only container; of an image all that its layer has', async () => {
    await says('run', '--name', 'sealed', '--read-only', 'one', 'touch', '/tmp/x');
    expect(await says('diff', 'sealed')).toBe('');
    await says('rm', 'sealed');
    await says('run', '--name', 'ways', 'builtin:busybox', 'sh', '-c', 'mkdir /var/run /made');
    await says('commit', '-q', 'ways', 'ways');
    expect(await says('diff', 'ways')).toContain('A /made');
    await says('rm', 'ways');
    await says('rmi', 'ways');
  });

  test('diff of two: what the first has otherwise', async () => {
    await says('run', '--name', 'other', 'two', 'sh', '-c', 'rm /extra; mkdir /a; echo y > /a/c; chmod 711 /bin');
    const lines = async (...words: string[]) => (await says('diff', ...words)).split('\n');
    expect(await lines('two', 'one')).toEqual(['A /extra']);
    expect(await lines('one', 'two')).toEqual(['D /extra']);
    expect(await lines('other', 'one')).toEqual(['A /a', 'A /a/c', 'C /bin']);
    expect(await lines('one', 'other')).toEqual(['D /a', 'C /bin']);
    expect(await lines('-l', 'two')).toEqual(['A /a', 'A /a/c', 'C /bin', 'D /extra']);
    expect(await lines('two', 'two')).toEqual(['']);
    expect(JSON.parse(await says('diff', '--format', 'json', 'two', 'other'))).toEqual({
      changed: ['/bin'],
      added: ['/extra'],
      deleted: ['/a'],
    });
    expect(await limpid('diff', 'two', 'nope')).toMatchObject({ code: 125, out: '' });
    await says('rm', 'other');
  });

  test('commit: one layer more, and the config of the container over that of its image', async () => {
    const script = 'echo made > /made; rm /bin/seq';
    await says('run', '--name', 'c', '-e', 'E=1', '-w', '/bin', '-l', 'mine=1', 'one', 'sh', '-c', script);
    const changes = ['CMD ["cat","/made"]', 'ENV F="a b"', 'EXPOSE 80', 'VOLUME /v', 'USER 7', 'STOPSIGNAL SIGINT'];
    const id = await says(
      'commit',
      '-q',
      '-a',
      'me',
      '-m',
      'why',
      ...changes.flatMap((line) => ['-c', line]),
      '--iidfile',
      `${directory}/iid`,
      'c',
      'made:1',
    );
    expect(await Bun.file(`${directory}/iid`).text()).toBe(`sha256:${id}`);
    const [document] = JSON.parse(await says('image', 'inspect', 'made:1')) as Record<string, unknown>[];
    expect(document).toMatchObject({
      Id: id,
      RepoTags: ['localhost/made:1'],
      Author: 'me',
      Comment: 'why',
      User: '7',
      Config: {
        Cmd: ['cat', '/made'],
        Env: ['E=1', 'F=a b'],
        ExposedPorts: { '80/tcp': {} },
        Labels: { kind: 'base', mine: '1' },
        StopSignal: 'SIGINT',
        Volumes: { '/v': {} },
        WorkingDir: '/bin',
      },
    });
    expect(await says('run', '--rm', 'made:1')).toBe('made');
    expect(await says('run', '--rm', 'made:1', 'ls', '/bin/seq', '/made').catch(() => 'no seq')).toBe('no seq');
    expect((await says('history', '--format', '{{.Comment}}', 'made:1')).split('\n')[0]).toBe('why');
    await says('rm', 'c');
    await says('rmi', 'made:1');
  });

  test('commit of a running container stops it for that long only, and --squash makes one layer', async () => {
    await says('run', '-d', '--name', 'r', 'two', 'sh', '-c', 'echo r > /r; sleep 1000');
    await says('exec', 'r', 'sh', '-c', 'until test -s /r; do sleep 0.01; done');
    await says('commit', '-q', '--squash', 'r', 'squashed');
    expect(await says('ps', '--format', '{{.State}}')).toBe('running');
    expect(await says('image', 'inspect', '--format', '{{len .RootFS.Layers}}', 'squashed')).toBe('1');
    expect(await says('run', '--rm', 'squashed', 'sh', '-c', 'cat /r; ls /extra')).toBe('r\n/extra');
    await says('commit', '-q', '--format', 'docker', 'r', 'dock');
    expect(await says('image', 'inspect', '--format', '{{.ManifestType}}', 'dock')).toBe(
      'application/vnd.docker.distribution.manifest.v2+json',
    );
    await says('rm', '-f', '-t', '0', 'r');
    await says('rmi', 'squashed', 'dock');
  });

  test('what cannot be committed is told before anything is written', async () => {
    await says('create', '--name', 'e', 'one');
    for (const [words, message] of [
      [['-c', 'RUN x', 'e'], 'it begins with none of CMD'],
      [['e', 'Bad'], 'upper-case'],
      [['nope'], 'cannot find container "nope"'],
    ] as const) {
      const { code, err } = await limpid('commit', ...words);
      expect([code, err]).toEqual([125, expect.stringContaining(message)]);
    }
    expect(await says('images', '--filter', 'dangling=true', '-q')).toBe('');
    await says('commit', '-q', 'e', 'never-ran');
    expect(await says('run', '--rm', 'never-ran', 'echo', 'x')).toBe('x');
    await says('rm', 'e');
    await says('rmi', 'never-ran');
  });

  test('builtin:busybox becomes an image', async () => {
    await says('run', '--name', 'b', 'builtin:busybox', 'sh', '-c', 'echo b > /b');
    await says('commit', '-q', 'b', 'from-builtin');
    expect(await says('run', '--rm', 'from-builtin', 'cat', '/b')).toBe('b');
    await says('rm', 'b');
    await says('rmi', 'from-builtin');
  });
});

describe('the whole store', () => {
  test('system df agrees with du', async () => {
    const rows = JSON.parse(await says('system', 'df', '--format', 'json')) as {
      Type: string;
      RawSize: number;
      Total: number;
    }[];
    const du = await Bun.$`du -s -B1 ${directory}/root/images ${directory}/root/layers`.text();
    const bytes = du
      .trim()
      .split('\n')
      .reduce((sum, line) => sum + Number(line.split('\t')[0]), 0);
    expect(rows[0]).toMatchObject({ Type: 'Images', RawSize: bytes, Total: 2 });
    expect((await says('system', 'df', '-v')).split('\n')).toContainEqual(
      expect.stringMatching(new RegExp(`^${registry.host}/two +latest +${hex(two!.id).slice(0, 12)} `)),
    );
  });

  test('an index that is damaged: nothing is shown as if it were all, and a new one is made of what is whole', async () => {
    const path = `${directory}/root/images/index.json`;
    const index = await Bun.file(path).text();
    writeFileSync(path, index.slice(0, 100));
    const { code, err } = await limpid('images');
    expect([code, err]).toEqual([125, expect.stringContaining(`cannot read "${path}": it is damaged`)]);
    expect(await says('system', 'check', '--repair')).toBe(
      'index.json: it cannot be read, and a new one knows no names (`limpid tag ID NAME` gives them) (repaired)\n' +
        '2 images, 2 layers: all is whole again',
    );
    expect((await says('images', '-q', '--no-trunc')).split('\n').toSorted()).toEqual([one!.id, two!.id].toSorted());
    writeFileSync(path, index);
  });

  test('prune: images without a name, and what killed pulls left', async () => {
    await says('tag', 'two', 'nameless');
    await says('untag', 'two');
    const root = `${directory}/root`;
    writeFileSync(`${root}/staging/blob-left`, 'left');
    await Bun.$`mkdir -p ${root}/staging/layer-${'a'.repeat(64)}/diff ${root}/layers/${'b'.repeat(64)}/diff`;
    writeFileSync(`${root}/images/blobs/sha256/${'c'.repeat(64)}`, 'left');
    expect(await says('image', 'prune', '-f')).toBe(hex(two!.id));
    expect(readdirSync(`${root}/staging`)).toEqual([]);
    expect([readdirSync(`${root}/layers`).length, readdirSync(`${root}/images/blobs/sha256`).length]).toEqual([1, 3]);
    expect(await says('run', '--rm', 'one', 'echo', 'fine')).toBe('fine');
  });

  test('system prune --volumes takes those that no container has', async () => {
    await says('run', '--rm', '-v', 'idle:/v', 'one', 'touch', '/v/file');
    await says('create', '--name', 'made', '-v', 'kept:/v', 'one');
    await says('run', '-d', '--name', 'at-work', '-v', 'busy:/v', '-v', 'kept:/k', 'one', 'sleep', '1000');
    const volumes = () => readdirSync(`${directory}/root/volumes`).toSorted();
    await says('system', 'prune', '-f');
    expect(volumes()).toEqual(['busy', 'idle', 'kept']);
    const { code, err } = await limpid('system', 'prune', '-f', '--volumes', '--filter', 'label=a');
    expect([code, err]).toEqual([125, expect.stringContaining('cannot prune volumes: --filter chooses')]);
    expect(await says('system', 'prune', '-f', '--volumes')).toMatch(/^Deleted Volumes\nidle\nTotal reclaimed space: /);
    expect(volumes()).toEqual(['busy', 'kept']);
    await says('rm', '-f', '-t', '0', 'at-work');
    expect(await says('system', 'prune', '-f', '--volumes')).toMatch(/^Deleted Volumes\nbusy\nkept\nTotal/);
    expect(readdirSync(`${directory}/root/staging`)).toEqual([]);
  });

  test('prune --all spares what containers need; system prune takes those that ended too', async () => {
    await says('pull', '-q', '--tls-verify=false', twoName);
    await says('run', '--name', 'ended', 'one', 'true');
    expect(await says('image', 'prune', '-af')).toBe(hex(two!.id));
    expect(await says('system', 'prune', '-af')).toMatch(
      new RegExp(`^Deleted Containers\n[0-9a-f]{64}\nDeleted Images\n${hex(one!.id)}\nTotal reclaimed space: \\d.*MB$`),
    );
    expect(await says('images', '-q')).toBe('');
  });
});
