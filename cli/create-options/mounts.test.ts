import { expect, test } from 'bun:test';
import fc from 'fast-check';
import type { MountConfig } from '../../engine/config.ts';
import { LimpidError } from '../../base/error.ts';
import { configOf, configOfLine, failureOf, HOST } from './request.fixture.ts';

test.each<[string[], Partial<MountConfig>]>([
  [
    ['-v', '/a:/data'],
    { type: 'bind', source: '/a', destination: '/data', options: ['rbind', 'rprivate', 'rw'], because: '-v /a:/data' },
  ],
  [
    ['-v/a/../b:/c//d/:ro,noexec'],
    { source: '/b', destination: '/c/d', options: ['rbind', 'rprivate', 'ro', 'noexec'] },
  ],
  [['--volume=./x:/y:rslave'], { type: 'bind', source: '/home/me/here/x', options: ['rbind', 'rw', 'rslave'] }],
  [['-v', 'data:/d'], { type: 'volume', source: 'data', destination: '/d' }],
  [['-v', '/d'], { type: 'volume', source: '', destination: '/d' }],
  [['-v', 'data:/d:nocopy'], { type: 'volume', options: ['rbind', 'rprivate', 'rw', 'nocopy'] }],
  [['-v', 'data:/d:copy,cached'], { type: 'volume', options: ['rbind', 'rprivate', 'rw'] }],
  [['-v', '/a:/d:delegated,ro'], { type: 'bind', options: ['rbind', 'rprivate', 'ro'] }],
  [['--mount', 'src=vol,dst=/v,volume-nocopy'], { type: 'volume', options: ['rbind', 'rprivate', 'rw', 'nocopy'] }],
  [['--mount', 'type=bind,src=/a,dst=/v,consistency=default'], { options: ['rbind', 'rprivate', 'rw'] }],
  [
    ['--tmpfs', '/t'],
    { type: 'tmpfs', destination: '/t', options: ['rw', 'noexec', 'nosuid', 'nodev'], because: '--tmpfs /t' },
  ],
  [['--tmpfs', '/t:size=64m,mode=1777,exec'], { options: ['rw', 'nosuid', 'nodev', 'size=64m', 'mode=1777', 'exec'] }],
  [['--tmpfs', '/t:size=64mb'], { options: ['rw', 'noexec', 'nosuid', 'nodev', 'size=67108864'] }],
  [
    ['--mount', 'type=bind,src=/a,dst=/b,ro=true'],
    { type: 'bind', source: '/a', destination: '/b', options: ['rbind', 'rprivate', 'ro'] },
  ],
  [
    ['--mount=type=bind,source=a,target=/b,bind-nonrecursive,bind-propagation=shared'],
    { source: '/home/me/here/a', options: ['rw', 'bind', 'shared'] },
  ],
  [
    ['--mount', 'type=tmpfs,destination=/t,tmpfs-size=1m,tmpfs-mode=755,notmpcopyup'],
    { options: ['nosuid', 'nodev', 'rw', 'size=1m', 'mode=755'] },
  ],
  [['--mount', 'src=vol,dst=/v,readonly'], { type: 'volume', source: 'vol', options: ['rbind', 'rprivate', 'ro'] }],
  [
    ['--mount', 'type=devpts,dst=/p,mode=620,max=9'],
    { type: 'devpts', options: ['nosuid', 'noexec', 'rw', 'mode=620', 'max=9'] },
  ],
  [['-v', '/a:/b:O,U'], { type: 'bind', options: ['rbind', 'rprivate', 'rw', 'O', 'U'] }],
  [
    ['-v', 'vol:/b:ro,O,upperdir=/u,workdir=/w'],
    { type: 'volume', options: ['rbind', 'rprivate', 'ro', 'O', 'upperdir=/u', 'workdir=/w'] },
  ],
  [['--mount', 'type=bind,src=/a,dst=/b,U=true,chown'], { options: ['rbind', 'rprivate', 'rw', 'U'] }],
  [['--mount', 'type=bind,src=/a,dst=/b,U=false'], { options: ['rbind', 'rprivate', 'rw'] }],
  [['--mount', 'type=tmpfs,dst=/b,chown=true'], { options: ['nosuid', 'nodev', 'rw', 'U'] }],
  [
    ['--mount', 'type=image,src=fedora,dst=/b'],
    { type: 'image', source: 'fedora', destination: '/b', options: ['ro'] },
  ],
  [['--mount', 'type=image,src=fedora,dst=/b,readwrite=true'], { options: ['rw'] }],
  [['--mount', 'type=ramfs,dst=/r'], { type: 'ramfs', options: ['nosuid', 'nodev', 'rw'] }],
])('%p', (words, mount) => {
  const { mounts, because } = configOf(...words);
  expect(mounts).toHaveLength(1);
  expect(mounts[0]!).toMatchObject(mount);
  expect(because[`mounts[${mounts[0]!.destination}]`]).toBe(mounts[0]!.because);
});

test.each([
  [['-v', '/a:/d', '--tmpfs', '/d/'], '--tmpfs /d/: -v /a:/d mounts at "/d" already'],
  [['-v', '/a:b'], '-v /a:b: the place inside, "b", is not an absolute path'],
  [['-v', '/a:/'], '-v /a:/: the root directory itself cannot be mounted over'],
  [['-v', ':/a'], '-v :/a: the source is empty'],
  [['-v', '/a:/b:ro:rw'], '-v /a:/b:ro:rw: [SOURCE:]DEST[:OPTIONS] is wanted'],
  [['-v', '/a:/b:ro,rw'], '-v /a:/b:ro,rw: "ro" and "rw" exclude each other'],
  [
    ['--mount', 'type=bind,src=/a,dst=/b,relabel=yes'],
    '"relabel=yes" in --mount type=bind,src=/a,dst=/b,relabel=yes: shared or private is wanted',
  ],
  [['-v', '/a:/b:nocopy'], '"nocopy" in -v /a:/b:nocopy: a bind mount has no such option'],
  [['-v', '/a:/b:idmap'], '"idmap" in -v /a:/b:idmap: no ids are mapped (hint: give --uidmap and --gidmap)'],
  [['--tmpfs', '/t:cached'], '"cached" in --tmpfs /t:cached: a tmpfs mount has no such option'],
  [['-v', '/a:/b:size=1m'], '"size=1m" in -v /a:/b:size=1m: a bind mount has no such option'],
  [
    ['-v', 'a b:/b'],
    `-v 'a b:/b': "a b" is neither a path nor a volume's name (hint: for a directory of the host write "./a b")`,
  ],
  [['--tmpfs', '/t:size=lots'], '"size=lots" in --tmpfs /t:size=lots: a tmpfs mount has no such option'],
  [['--tmpfs', '/t:bind'], '"bind" in --tmpfs /t:bind: a tmpfs mount has no such option'],
  [['--mount', 'type=bind,dst=/b'], '--mount type=bind,dst=/b: a bind needs source=PATH'],
  [['--mount', 'type=bind,src=/a'], '--mount type=bind,src=/a: the place inside, destination=PATH, is missing'],
  [
    ['--mount', 'type=nfs,dst=/a'],
    '--mount type=nfs,dst=/a: the type must be one of bind, tmpfs, volume, image, ramfs, devpts, mqueue',
  ],
  [['--mount', 'type=tmpfs,dst=/a,src=/b'], '--mount type=tmpfs,dst=/a,src=/b: a tmpfs has no source'],
  [['--mount', 'type=tmpfs,dst=/a,wat=1'], '"wat=1" in --mount type=tmpfs,dst=/a,wat=1: a mount has no such key'],
  [
    ['--mount', 'type=tmpfs,dst=/a,ro=maybe'],
    '"ro=maybe" in --mount type=tmpfs,dst=/a,ro=maybe: "true" or "false" is wanted',
  ],
  [['--mount', 'type=image,dst=/a'], '--mount type=image,dst=/a: an image mount needs source=IMAGE'],
  [
    ['--mount', 'type=image,src=i,dst=/a,U'],
    '"U" in --mount type=image,src=i,dst=/a,U: an image mount has no such option',
  ],
  [
    ['-v', '/a:/b:upperdir=/u,workdir=/w'],
    '-v /a:/b:upperdir=/u,workdir=/w: "upperdir" belongs to an overlay (hint: add O)',
  ],
  [['-v', '/a:/b:O,workdir=/w'], '-v /a:/b:O,workdir=/w: upperdir and workdir are wanted together'],
  [
    ['-v', '/a:/b:O,upperdir=u,workdir=/w'],
    '"upperdir=u" in -v /a:/b:O,upperdir=u,workdir=/w: a bind mount has no such option',
  ],
  [['--tmpfs', '/t:O'], '"O" in --tmpfs /t:O: a tmpfs mount has no such option'],
  [['--mount', ''], "--mount '': type=TYPE,KEY=VALUE,... is wanted"],
])('%p fails', (words, message) => {
  expect(failureOf(...words)).toBe(`EOPTION cannot use ${message}`);
});

test('law: any text for a mount gives absolute destinations or one line', () => {
  const part = fc.oneof(fc.string(), fc.constantFrom('/a', '/b', ':', ',', 'ro', 'type=bind', 'src=', 'dst=/x', '..'));
  const text = fc.array(part, { maxLength: 6 }).map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.constantFrom('-v', '--mount', '--tmpfs'), text, (flag, value) => {
      try {
        expect(configOf(flag, value).mounts[0]!.destination).toMatch(/^\/[^/]/);
      } catch (error) {
        expect(error).toBeInstanceOf(LimpidError);
      }
    }),
  );
});

test('labels of SELinux: nothing to do where the kernel is without, refused where it is not', () => {
  for (const words of [
    ['-v', '/a:/b:ro,Z'],
    ['-v', '/a:/b:z,ro'],
    ['--mount', 'type=bind,src=/a,dst=/b,ro,relabel=shared'],
  ])
    expect(configOf(...words).mounts[0]!.options).toEqual(['rbind', 'rprivate', 'ro']);
  const line = ['-v', '/a:/b:Z', 'builtin:busybox'];
  expect(() => configOfLine(line, { ...HOST, hasSelinux: true })).toThrow(
    'cannot use "Z" in -v /a:/b:Z: labels of SELinux are not set (hint: label it yourself: chcon -Rt container_file_t)',
  );
});
