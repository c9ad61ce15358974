import { beforeAll, describe, expect, test } from 'bun:test';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dockerMembers, hex, imageOf, ociMembers, sha256, tar } from '../image-archive.ts';
import { BUSYBOX, finish, privateWorld } from './limpid.ts';
import { until } from './until.ts';

const { directory, program, globals, says, limpid, limpidWith, begin, onTerminal } = privateWorld();
const at = (name: string) => `${directory}/${name}`;
const bytesOf = (name: string) => readFileSync(at(name)).toString('latin1');

// Two images with one layer in common; the second one hides a file of it.
const base = tar([
  { path: 'etc/', directory: true },
  { path: 'etc/motd', data: 'base\n' },
  { path: 'gone', data: 'x' },
]);
const top = tar([{ path: '.wh.gone' }, { path: 'etc/motd', data: 'top\n' }]);
const one = imageOf([base]);
const two = imageOf([base, top], { config: { Env: ['A=b'], Labels: { l: '\u001b[31mred' } } });

let other = '';
/** The same program in another store. */
const elsewhere = (...words: string[]) =>
  finish([program, '--root', `${other}/root`, '--runroot', `${other}/run`, ...words]);

beforeAll(async () => {
  other = at('other');
  mkdirSync(other);
  writeFileSync(at('one.tar'), tar(dockerMembers(one, ['one:1', 'registry.example/team/one:2'])));
  writeFileSync(at('two.tar'), tar(ociMembers(two, 'localhost/two:latest')));
  await says('load', '-q', '-i', at('one.tar'));
  await says('load', '-q', '-i', at('two.tar'));
});

describe('load', () => {
  test('names the images as it finds them, and they are what they were', async () => {
    expect(await limpid('load', '-q', '-i', at('one.tar'))).toEqual({
      code: 0,
      out: 'Loaded image: docker.io/library/one:1\nLoaded image: registry.example/team/one:2\n',
      err: '',
    });
    const format = '{{.Repository}}:{{.Tag}} {{.Id}}';
    expect((await says('images', '--no-trunc', '--format', format)).split('\n').toSorted()).toEqual([
      `docker.io/library/one:1 ${hex(one.config)}`,
      `localhost/two:latest ${hex(two.config)}`,
      `registry.example/team/one:2 ${hex(one.config)}`,
    ]);
  });

  test.each(['gzip', 'zstd', 'xz', 'bzip2'])('from stdin, compressed by %s', async (compressor) => {
    const { stdout } = Bun.spawnSync([compressor, '-c', at('two.tar')]);
    const child = Bun.spawn([program, ...globals, 'load', '-q'], { stdin: stdout });
    expect([await child.stdout.text(), await child.exited]).toEqual(['Loaded image: localhost/two:latest\n', 0]);
  });

  test('from a directory, and from a pipe', async () => {
    mkdirSync(at('unpacked'));
    Bun.spawnSync(['tar', '-C', at('unpacked'), '-xf', at('two.tar')]);
    expect(await says('load', '-q', '-i', at('unpacked'))).toBe('Loaded image: localhost/two:latest');
    const script = `${program} ${globals.join(' ')} load -q -i <(cat ${at('two.tar')})`;
    expect((await finish(['bash', '-c', script])).out).toBe('Loaded image: localhost/two:latest\n');
  });

  test('what Docker writes since 25: a layout with its list beside it, names in full in annotations of containerd', async () => {
    const members = ociMembers(two, 'latest').map((member) =>
      member.path === 'index.json'
        ? {
            ...member,
            data: String(member.data).replace(
              '"org.',
              '"io.containerd.image.name":"docker.io/library/new:latest","org.',
            ),
          }
        : member,
    );
    const list = [{ Config: `blobs/sha256/${hex(two.config)}`, RepoTags: ['new:latest'], Layers: [] }];
    writeFileSync(at('new.tar'), tar([...members, { path: 'manifest.json', data: JSON.stringify(list) }]));
    expect(await says('load', '-q', '-i', at('new.tar'))).toBe('Loaded image: docker.io/library/new:latest');
  });

  test('a tag alone is no name, but says which image is meant', async () => {
    writeFileSync(at('tagged.tar'), tar(ociMembers(two, '1.0')));
    expect(await says('load', '-q', '-i', at('tagged.tar'))).toBe(`Loaded image: ${sha256(two.config)}`);
    expect(await says('pull', '-q', `oci-archive:${at('tagged.tar')}:1.0`)).toBe(hex(two.config));
    expect((await limpid('pull', '-q', `oci-archive:${at('tagged.tar')}:2.0`)).err).toBe(
      `Error: cannot find "2.0" in "oci-archive:${at('tagged.tar')}:2.0": there is "1.0"\n`,
    );
  });

  test('one of several is chosen by name or number, and - is a pipe', async () => {
    await says('save', '-q', '-m', '-o', at('several.tar'), 'one:1', 'two');
    expect((await limpid('pull', `docker-archive:${at('several.tar')}`)).err).toContain(
      'it holds 2 images (hint: name one: docker.io/library/one:1, localhost/two:latest)',
    );
    expect(await says('pull', '-q', `docker-archive:${at('several.tar')}:one:1`)).toBe(hex(one.config));
    expect(await says('pull', '-q', `docker-archive:${at('several.tar')}:@1`)).toBe(hex(two.config));
    const words = `${program} ${globals.join(' ')}`;
    const script = `${words} push -q two docker-archive:- | ${words} pull -q docker-archive:-`;
    expect(await finish(['sh', '-c', script])).toEqual({ code: 0, out: `${hex(two.config)}\n`, err: '' });
  });

  test('killed while it reads, it leaves nothing', async () => {
    const child = begin('load', '-q');
    child.stdin.write(readFileSync(at('two.tar')).subarray(0, 3000));
    await child.stdin.flush();
    const spoolOf = (fd: string) => {
      const path = `/proc/${child.pid}/fd/${fd}`;
      try {
        return readlinkSync(path).startsWith(at('root/staging/')) && statSync(path).size > 0;
      } catch {
        // Descriptors vanish while they are looked at.
        return false;
      }
    };
    await until('it keeps what it has read', () => readdirSync(`/proc/${child.pid}/fd`).some(spoolOf));
    child.kill('SIGKILL');
    await child.exited;
    expect(readdirSync(at('root/staging')).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  });

  test('neither from a terminal nor to one', async () => {
    for (const words of [['load'], ['save', 'two'], ['export', 'two']]) {
      const terminal = onTerminal(...words);
      await terminal.sees(
        /Error: cannot use --(?:in|out)put: an archive (?:does not come from|is nothing for) a terminal/,
      );
      expect(await terminal.exited).toBe(125);
    }
  });

  test('an image without a name', async () => {
    writeFileSync(at('bare.tar'), tar(dockerMembers(imageOf([top]), null)));
    expect(await says('load', '-q', '-i', at('bare.tar'))).toBe(`Loaded image: ${sha256(imageOf([top]).config)}`);
  });

  test("Docker's links from one layer to the same one of another image", async () => {
    const members = dockerMembers(two, ['linked:1']).map((member) =>
      member.path === `${hex(base)}.tar` ? { path: 'aaa/layer.tar', data: base } : member,
    );
    const linked = [
      ...members,
      { path: 'bbb/', directory: true },
      { path: `${hex(base)}.tar`, symlink: './bbb/../aaa/layer.tar' },
    ];
    writeFileSync(at('linked.tar'), tar(linked));
    expect(await says('load', '-q', '-i', at('linked.tar'))).toBe('Loaded image: docker.io/library/linked:1');
  });
});

describe.each(['docker-archive', 'oci-archive'])('save --format %s', (format) => {
  const save = (name: string, ...words: string[]) => says('save', '-q', '--format', format, '-o', at(name), ...words);

  test('the same bytes each time, to a file or to stdout', async () => {
    await save(`${format}-1`, 'two');
    await save(`${format}-2`, 'two');
    expect(bytesOf(`${format}-1`) === bytesOf(`${format}-2`)).toBe(true);
    const script = `${program} ${globals.join(' ')} save -q --format ${format} two > ${at('stdout')}`;
    await finish(['sh', '-c', script]);
    expect(bytesOf('stdout') === bytesOf(`${format}-1`)).toBe(true);
    const { stdout } = Bun.spawnSync(['tar', '--utc', '--full-time', '-tvf', at(`${format}-1`)]);
    const lines = stdout.toString().trim().split('\n');
    expect(lines.filter((line) => !/^-rw-r--r-- 0\/0 +\d+ 1970-01-01 00:00:00 /.test(line))).toEqual([]);
  });

  test('several images, loaded elsewhere and saved there: byte for byte', async () => {
    await save(`${format}-both`, '-m', 'registry.example/team/one:2', 'two');
    expect((await elsewhere('load', '-q', '-i', at(`${format}-both`))).out).toBe(
      'Loaded image: registry.example/team/one:2\nLoaded image: localhost/two:latest\n',
    );
    const again = [
      'save',
      '-q',
      '--format',
      format,
      '-m',
      'registry.example/team/one:2',
      'two',
      '-o',
      at(`${format}-again`),
    ];
    expect(await elsewhere(...again)).toEqual({ code: 0, out: '', err: '' });
    expect(bytesOf(`${format}-again`) === bytesOf(`${format}-both`)).toBe(true);
    await elsewhere('rmi', '--all', '--force');
  });
});

describe('save', () => {
  test('further arguments are names of the first image', async () => {
    await says('save', '-q', '-o', at('names'), 'one:1', 'registry.example/team/one:2');
    const list = JSON.parse(Bun.spawnSync(['tar', '-xOf', at('names'), 'manifest.json']).stdout.toString());
    expect(list).toEqual([
      {
        Config: `${hex(one.config)}.json`,
        RepoTags: ['docker.io/library/one:1', 'registry.example/team/one:2'],
        Layers: [`${hex(base)}.tar`],
      },
    ]);
  });

  test('another image among them wants --multi-image-archive, and nothing is written', async () => {
    expect(await limpid('save', '-o', at('none'), 'one:1', 'two')).toEqual({
      code: 125,
      out: '',
      err: 'Error: cannot save "localhost/two:latest": it is another image than "docker.io/library/one:1" (hint: several images in one archive want --multi-image-archive)\n',
    });
    expect(readdirSync(directory).filter((name) => name.startsWith('none'))).toEqual([]);
  });

  test('by its id without a name', async () => {
    await says('save', '-q', '-o', at('by-id'), hex(two.config).slice(0, 12));
    const list = JSON.parse(Bun.spawnSync(['tar', '-xOf', at('by-id'), 'manifest.json']).stdout.toString());
    expect(list[0].RepoTags).toBeNull();
  });

  test('oci-dir and docker-dir', async () => {
    await says('save', '-q', '--format', 'oci-dir', '-o', at('layout'), 'two');
    expect(readdirSync(at('layout')).toSorted()).toEqual(['blobs', 'index.json', 'oci-layout']);
    await says('save', '-q', '--format', 'docker-dir', '-o', at('dir'), 'two');
    const { mediaType, config } = JSON.parse(readFileSync(at('dir/manifest.json'), 'utf8'));
    expect([mediaType, config.digest]).toEqual([
      'application/vnd.docker.distribution.manifest.v2+json',
      sha256(two.config),
    ]);
    expect((await elsewhere('load', '-q', '-i', at('layout'))).out).toBe('Loaded image: localhost/two:latest\n');
    expect((await elsewhere('load', '-q', '-i', at('dir'))).out).toBe(`Loaded image: ${sha256(two.config)}\n`);
    await elsewhere('rmi', '--all', '--force');
  });

  test('to a place that is not there', async () => {
    expect((await limpid('save', '-q', '-o', '/nowhere/x.tar', 'two')).err).toBe(
      'Error: cannot create "/nowhere/x.tar": ENOENT, no such file or directory\n',
    );
  });

  test('by a name as long as names get, and by one that is none', async () => {
    const place = at('long-names');
    mkdirSync(place);
    await says('save', '-q', '-o', `${place}/${'n'.repeat(255)}`, 'two');
    const save = async (name: string) => {
      const { code, out, err } = await finish([program, ...globals, 'save', '-q', '-o', name, 'two'], { cwd: place });
      return { code, out, err };
    };
    const error = (name: string, why: string) => ({
      code: 125,
      out: '',
      err: `Error: cannot ${why.replace('NAME', `"${name}"`)}\n`,
    });
    expect(await save('')).toEqual(error('', 'create NAME: ENOENT, no such file or directory'));
    const long = 'n'.repeat(256);
    expect((await save(long)).err).toEndWith(`to "${long}": ENAMETOOLONG, file name too long\n`);
    expect(readdirSync(place)).toEqual(['n'.repeat(255)]);
  });

  test('through a link to a file: that one is replaced, in one step', async () => {
    writeFileSync(at('old.tar'), 'old');
    symlinkSync(at('old.tar'), at('link.tar'));
    await says('save', '-q', '-o', at('link.tar'), 'two');
    await says('save', '-q', '-o', at('straight.tar'), 'two');
    expect([readlinkSync(at('link.tar')), bytesOf('old.tar') === bytesOf('straight.tar')]).toEqual([
      at('old.tar'),
      true,
    ]);
  });

  test.each(['docker-archive', 'oci-archive', 'oci-dir', 'docker-dir'])(
    'a damaged layer is not saved as %s',
    async (format) => {
      const image = imageOf([tar([{ path: 'whole', data: 'whole' }])]);
      writeFileSync(at('whole.tar'), tar(dockerMembers(image, ['whole:1'])));
      await says('load', '-q', '-i', at('whole.tar'));
      const digest = sha256(image.layers[0]!);
      const blob = at(`root/images/blobs/${digest.replace(':', '/')}`);
      const damaged = Buffer.from(image.layers[0]!).fill('x', 512, 513);
      writeFileSync(blob, damaged);
      const { code, err } = await limpid('save', '-q', '--format', format, '-o', at(`damaged-${format}`), 'whole:1');
      expect([code, err]).toEqual([
        125,
        `Error: cannot copy blob "${digest}": its content has the digest ${sha256(damaged)}\n`,
      ]);
      expect(['', '/index.json', '/manifest.json'].map((name) => existsSync(at(`damaged-${format}${name}`)))).toEqual(
        format.endsWith('dir') ? [true, false, false] : [false, false, false],
      );
      await says('rmi', 'whole:1');
    },
  );

  test('a full disk leaves no half archive', async () => {
    const { code, err } = await limpid('save', '-q', '-o', '/dev/full', 'two');
    expect([code, err]).toEqual([
      125,
      'Error: cannot write "/dev/full": ENOSPC, no space left on device (hint: the disk is full: `df` shows which one)\n',
    ]);
  });

  test('of what is not there', async () => {
    expect((await limpid('save', 'nosuch')).err).toBe(
      'Error: cannot find image "nosuch": it is not known here (hint: `limpid images` lists all, `limpid pull` gets another)\n',
    );
  });
});

describe('push to archives and directories', () => {
  // Its name may mean by now what another archive calls so: the same image under another manifest.
  beforeAll(() => says('load', '-q', '-i', at('two.tar')));

  test.each([
    ['oci:DIR:tag', 'oci'],
    ['oci-archive:DIR:registry.example/x:1', 'oci-archive'],
    ['dir:DIR', 'dir'],
  ])('%s keeps the digest', async (destination, kind) => {
    const place = destination.replace('DIR', at(`push-${kind}`));
    const { code, err } = await limpid('push', '--digestfile', at('digest'), 'two', place);
    expect([code, err.split('\n').slice(-3)]).toEqual([
      0,
      [`Copying config ${sha256(two.config)}`, 'Writing manifest to image destination', ''],
    ]);
    const manifest = ociMembers(two, undefined).find(({ data }) => String(data).includes('"layers":['))!.data!;
    expect(readFileSync(at('digest'), 'utf8')).toBe(sha256(manifest));
    expect(await says('pull', '-q', place)).toBe(hex(two.config));
    const digests = await says(
      'images',
      '--no-trunc',
      '--format',
      '{{.Id}} {{.Digest}}',
      '--filter',
      'reference=*two*',
    );
    expect(digests.split('\n')[0]).toBe(`${hex(two.config)} ${sha256(manifest)}`);
  });

  test('several at once into one layout: all of them are in it', async () => {
    const tags = ['a', 'b', 'c', 'd'];
    await Promise.all(tags.map((tag) => says('push', '-q', tag < 'c' ? 'one:1' : 'two', `oci:${at('shared')}:${tag}`)));
    const { manifests } = JSON.parse(readFileSync(at('shared/index.json'), 'utf8'));
    const found = manifests.map(({ annotations }: { annotations: object }) => Object.values(annotations)[0]);
    expect(found.toSorted()).toEqual(tags);
    // The same tag again takes the place of the other.
    await says('push', '-q', 'two', `oci:${at('shared')}:a`);
    expect(JSON.parse(readFileSync(at('shared/index.json'), 'utf8')).manifests.length).toBe(4);
    expect(await says('pull', '-q', `oci:${at('shared')}:a`)).toBe(hex(two.config));
    expect(readdirSync(at('shared')).toSorted()).toEqual(['blobs', 'index.json', 'oci-layout']);
  });

  test.each(['gzip', 'zstd'])('--compression-format %s compresses plain layers', async (format) => {
    await says('push', '-q', '--compression-format', format, 'one:1', `oci:${at(`compressed-${format}`)}:x`);
    const index = JSON.parse(readFileSync(at(`compressed-${format}/index.json`), 'utf8'));
    const read = (digest: string) => readFileSync(at(`compressed-${format}/blobs/${digest.replace(':', '/')}`));
    const { layers, config } = JSON.parse(read(index.manifests[0].digest).toString());
    const blob = read(layers[0].digest);
    expect(sha256(blob)).toBe(layers[0].digest);
    expect(Buffer.from(format === 'gzip' ? Bun.gunzipSync(blob) : Bun.zstdDecompressSync(blob)).equals(base)).toBe(
      true,
    );
    expect([config.digest, layers[0].mediaType]).toEqual([
      sha256(one.config),
      format === 'gzip'
        ? 'application/vnd.docker.image.rootfs.diff.tar.gzip'
        : 'application/vnd.oci.image.layer.v1.tar+zstd',
    ]);
  });

  test('--format changes the manifest and nothing else', async () => {
    await says('push', '-q', '--format', 'v2s2', 'two', `dir:${at('as-docker')}`);
    const manifest = JSON.parse(readFileSync(at('as-docker/manifest.json'), 'utf8'));
    expect([
      manifest.mediaType,
      manifest.config.digest,
      manifest.layers.map((layer: { mediaType: string }) => layer.mediaType),
    ]).toEqual([
      'application/vnd.docker.distribution.manifest.v2+json',
      sha256(two.config),
      Array(2).fill('application/vnd.docker.image.rootfs.diff.tar.gzip'),
    ]);
  });

  test.each([
    [
      ['push', '--sign-by', 'k', 'two', 'dir:/x'],
      'cannot use --sign-by: limpid signs nothing (hint: sign with skopeo)',
    ],
    [['push', '--format', 'v2s1', 'two'], 'cannot use "v2s1" for --format: must be one of "oci", "v2s2"'],
    [
      ['push', '--compression-format', 'lz4', 'two'],
      'cannot use "lz4" for --compression-format: must be one of "gzip", "zstd"',
    ],
    [
      ['push', 'two', 'containers-storage:two'],
      'cannot write "containers-storage:two": it is read only (hint: podman load takes what `limpid save` writes)',
    ],
    [['push', 'two', 'builtin:two'], 'cannot write "builtin:two": it is part of limpid'],
    [['push', 'two', 'oci:/etc'], 'cannot write "oci:/etc": the directory is not empty and no OCI image layout'],
    [
      ['push', 'two', 'dir:/etc'],
      'cannot write "dir:/etc": the directory is not empty and holds no image of this kind',
    ],
    [['push', 'two', 'docker-archive:'], 'cannot write "docker-archive:": it names no path'],
  ])('%p is refused', async (words, message) => {
    const { code, err } = await limpid(...words);
    expect([code, err]).toEqual([125, `Error: ${message}\n`]);
  });
});

describe('import and export', () => {
  test('files become an image, with a config from --change', async () => {
    writeFileSync(at('files.tar'), base);
    Bun.spawnSync(['xz', '-k', at('files.tar')]);
    const plain = (await says('import', '-q', at('files.tar.xz'))).slice(7);
    expect(await says('image', 'inspect', '--format', '{{index .RootFS.Layers 0}}', plain)).toBe(sha256(base));
    const id = await says(
      'import',
      '-q',
      '-m',
      'made',
      '-c',
      'ENV A=b',
      '-c',
      'CMD ["cat"]',
      '--arch',
      'arm64',
      at('files.tar'),
      'lab',
    );
    expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
    await says('save', '-q', '-o', at('lab.tar'), 'lab');
    const config = JSON.parse(Bun.spawnSync(['tar', '-xOf', at('lab.tar'), `${id.slice(7)}.json`]).stdout.toString());
    expect(config).toMatchObject({
      architecture: 'arm64',
      config: { Env: ['A=b'], Cmd: ['cat'] },
      rootfs: { diff_ids: [sha256(base)] },
      history: [{ comment: 'made' }],
    });
  });

  test('from an address, whose password is told to nobody', async () => {
    const body = Bun.gzipSync(base as Uint8Array<ArrayBuffer>);
    const server = Bun.serve({
      port: 0,
      fetch: ({ url }) => (url.endsWith('/files.tgz') ? new Response(body) : new Response('', { status: 404 })),
    });
    try {
      const address = `http://u:secret@127.0.0.1:${server.port}`;
      const id = await says('import', '-q', `${address}/files.tgz`);
      expect(await says('image', 'inspect', '--format', '{{index .RootFS.Layers 0}}', id.slice(7))).toBe(sha256(base));
      // Compressed as it came, so that a push need not compress it.
      await says('push', '-q', id.slice(7), `dir:${at('imported')}`);
      const { layers } = JSON.parse(readFileSync(at('imported/manifest.json'), 'utf8'));
      expect(layers).toEqual([
        { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: sha256(body), size: body.length },
      ]);
      expect((await limpid('import', `${address}/other`)).err).toBe(
        `Error: cannot import "http://127.0.0.1:${server.port}/other": the server answers 404\n`,
      );
    } finally {
      await server.stop(true);
    }
  });

  test.each([
    ['breaks off', {}, /the connection to "127\.0\.0\.1:\d+" broke: ECONNRESET$/],
    ['stands still', { LIMPID_STALL_SECONDS: '0.1' }, /: the transfer stalled: nothing came for 0\.1 s$/],
  ])('from an address whose transfer %s', async (how, env, why) => {
    const server = Bun.listen({
      hostname: '127.0.0.1',
      port: 0,
      socket: {
        data(socket) {
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${base.length}\r\n\r\n`);
          socket.write(base.subarray(0, base.length >> 1));
          if (how === 'breaks off') socket.end();
        },
      },
    });
    try {
      const { code, out, err } = await limpidWith({ env }, 'import', `http://u:secret@127.0.0.1:${server.port}/x`);
      expect({ code, out }).toEqual({ code: 125, out: '' });
      expect(err.replace(/\n$/, '')).toMatch(why);
      expect(err).toStartWith(`Error: cannot import "http://127.0.0.1:${server.port}/x": `);
    } finally {
      server.stop(true);
    }
  });

  test.each([
    [['/nowhere.tar'], 'cannot import "/nowhere.tar": there is no such file'],
    [['/etc'], 'cannot import "/etc": it is a directory (hint: tar -C /etc -c . | limpid import -)'],
    [['/dev/zero'], 'cannot import "/dev/zero": it is neither a file nor a pipe'],
    [['http://'], 'cannot import "http://": that is no address'],
    [
      ['http://u:secret@127.0.0.1:1/x'],
      'cannot import "http://127.0.0.1:1/x": nothing listens at "127.0.0.1:1", or it refuses connections',
    ],
    [
      ['-c', 'RUN true', '-'],
      'cannot apply change "RUN true": it begins with none of CMD, ENTRYPOINT, ENV, EXPOSE, LABEL, ONBUILD, STOPSIGNAL, USER, VOLUME, WORKDIR',
    ],
    [['-', 'UPPER'], 'cannot read image name "UPPER": "UPPER" holds upper-case letters (hint: write it in lower case)'],
  ])('import %p', async (words, message) => {
    expect(await limpid('import', ...words)).toEqual({ code: 125, out: '', err: `Error: ${message}\n` });
  });

  test("a container's files, running or not: its layers with what it has changed", async () => {
    const script = 'echo new > /made; rm /etc/group; ln -s made /link; mkfifo /tmp/wait; cat /tmp/wait';
    await says('run', '-d', '--name', 'source', BUSYBOX, 'sh', '-c', script);
    const list = async () => {
      await says('export', '-o', at('export.tar'), 'source');
      return Bun.spawnSync(['tar', '-tvf', at('export.tar')]).stdout.toString();
    };
    const made = /^-rw-r--r-- 0\/0 +4 .* made$/m;
    await until('its script waits', async () => (await says('exec', 'source', 'ls', '/tmp')).includes('wait'));
    const running = await list();
    expect([
      made.test(running),
      running.includes(' etc/group'),
      running.includes(' link -> made'),
      running.includes(' proc/'),
    ]).toEqual([true, false, true, true]);
    await says('kill', 'source');
    await says('wait', 'source');
    expect(await list()).toBe(running);
    const id = await says('import', '-q', at('export.tar'), 'copy');
    expect(await says('run', '--rm', id.slice(7), 'cat', '/link')).toBe('new');
    await says('rm', 'source');
  });

  test('owners are those that the container sees', async () => {
    const map = ['--uidmap', '0:100000:65536', '--gidmap', '0:100000:65536'];
    await says('run', '--name', 'mapped', ...map, BUSYBOX, 'sh', '-c', 'echo x > /own; chown 7:8 /own');
    await says('export', '-o', at('mapped.tar'), 'mapped');
    const list = Bun.spawnSync([
      'tar',
      '--numeric-owner',
      '-tvf',
      at('mapped.tar'),
      'own',
      'bin/busybox',
    ]).stdout.toString();
    expect(list.split('\n').map((line) => line.split(' ')[1])).toEqual(['0/0', '7/8', undefined]);
    await says('rm', 'mapped');
  });

  test('128 layers, of a container that was never started', async () => {
    const layers = Array.from({ length: 128 }, (_, at) => tar([{ path: `f${at}` }, { path: 'last', data: `${at}` }]));
    writeFileSync(at('deep.tar'), tar(dockerMembers(imageOf(layers), ['deep:1'])));
    await says('load', '-q', '-i', at('deep.tar'));
    await says('create', '--name', 'deep', 'deep:1', '/x');
    await says('export', '-o', at('deep-files.tar'), 'deep');
    const files = Bun.spawnSync(['tar', '-tf', at('deep-files.tar')])
      .stdout.toString()
      .trim()
      .split('\n');
    expect([files.length, Bun.spawnSync(['tar', '-xOf', at('deep-files.tar'), 'last']).stdout.toString()]).toEqual([
      129,
      '127',
    ]);
    await says('rm', 'deep');
    await says('rmi', 'deep:1');
  });

  test('export of what cannot be', async () => {
    expect((await limpid('export', '-o', at('x'), 'nosuch')).err).toBe(
      'Error: cannot find container "nosuch": there is no such container (hint: `limpid ps -a` lists all)\n',
    );
  });
});

test('builtin:busybox is an image like others', async () => {
  const id = await says('pull', '-q', BUSYBOX);
  await says('save', '-q', '-o', at('busybox.tar'), id);
  expect((await elsewhere('load', '-q', '-i', at('busybox.tar'))).out).toBe(`Loaded image: sha256:${id}\n`);
  expect((await elsewhere('run', '--rm', '--network=none', id, 'sh', '-c', 'echo $0 in')).out).toBe('sh in\n');
  expect((await elsewhere('rmi', '--force', id)).code).toBe(0);
});
