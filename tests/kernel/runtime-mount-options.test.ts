/** Every word of the runtime-spec's table of mount options, as the kernel tells of the mounts that they are given to. */
import { beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync } from 'node:fs';
import { runtimeScope } from './runtime-bundle.ts';

/** What a word makes of a mount that is `plain` (rw,relatime) or `strict`, in the words of proc_pid_mountinfo(5). */
interface OwnWord {
  readonly word: string;
  readonly from: 'plain' | 'strict';
  readonly becomes: string;
}

const OWN_WORDS: readonly OwnWord[] = [
  { word: 'ro', from: 'plain', becomes: 'ro,relatime' },
  { word: 'nosuid', from: 'plain', becomes: 'rw,nosuid,relatime' },
  { word: 'nodev', from: 'plain', becomes: 'rw,nodev,relatime' },
  { word: 'noexec', from: 'plain', becomes: 'rw,noexec,relatime' },
  { word: 'nodiratime', from: 'plain', becomes: 'rw,nodiratime,relatime' },
  { word: 'nosymfollow', from: 'plain', becomes: 'rw,nosymfollow,relatime' },
  { word: 'noatime', from: 'plain', becomes: 'rw,noatime' },
  { word: 'strictatime', from: 'plain', becomes: 'rw' },
  { word: 'rw', from: 'strict', becomes: 'rw,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow' },
  { word: 'suid', from: 'strict', becomes: 'ro,nodev,noexec,noatime,nodiratime,nosymfollow' },
  { word: 'dev', from: 'strict', becomes: 'ro,nosuid,noexec,noatime,nodiratime,nosymfollow' },
  { word: 'exec', from: 'strict', becomes: 'ro,nosuid,nodev,noatime,nodiratime,nosymfollow' },
  { word: 'diratime', from: 'strict', becomes: 'ro,nosuid,nodev,noexec,noatime,nosymfollow' },
  { word: 'symfollow', from: 'strict', becomes: 'ro,nosuid,nodev,noexec,noatime,nodiratime' },
  { word: 'relatime', from: 'strict', becomes: 'ro,nosuid,nodev,noexec,relatime,nodiratime,nosymfollow' },
  { word: 'atime', from: 'strict', becomes: 'ro,nosuid,nodev,noexec,relatime,nodiratime,nosymfollow' },
  { word: 'nostrictatime', from: 'strict', becomes: 'ro,nosuid,nodev,noexec,relatime,nodiratime,nosymfollow' },
];

/** Those of a file system, and which of them it shows. Of the others the kernel tells nothing, but takes them. */
const SUPERBLOCK_WORDS: readonly { readonly words: readonly string[]; readonly shown: readonly string[] }[] = [
  { words: ['sync'], shown: ['sync'] },
  { words: ['sync', 'async'], shown: [] },
  { words: ['dirsync'], shown: ['dirsync'] },
  { words: ['lazytime'], shown: ['lazytime'] },
  { words: ['lazytime', 'nolazytime'], shown: [] },
  { words: ['silent'], shown: [] },
  { words: ['loud'], shown: [] },
  { words: ['iversion'], shown: [] },
  { words: ['noiversion'], shown: [] },
  { words: ['acl'], shown: [] },
  { words: ['noacl'], shown: [] },
  { words: ['nomand'], shown: [] },
  { words: ['norelatime'], shown: [] },
  { words: ['defaults'], shown: [] },
];

const { bundle, directory, runWith } = runtimeScope();

/** A directory with another file system in it; and the same, where all that can be forbidden is. */
const SOURCES = ['plain', 'strict'] as const;
const STRICT = 'ro,nosuid,nodev,noexec,noatime,nodiratime,nosymfollow';

/** By mount point: the options of the mount, and those of its file system. */
const seen = new Map<string, { readonly own: string; readonly superblock: string }>();

beforeAll(async () => {
  const path = bundle('words', ['cat', '/proc/self/mountinfo'], ({ mounts }) => {
    for (const { from, word } of OWN_WORDS)
      for (const one of [word, `r${word}`])
        mounts!.push({
          destination: `/${from}/${one}`,
          type: 'bind',
          source: `${directory}/${from}`,
          options: ['rbind', one],
        });
    for (const { words } of SUPERBLOCK_WORDS)
      mounts!.push({
        destination: `/superblock/${words.join('-')}`,
        type: 'tmpfs',
        source: 'tmpfs',
        options: [...words],
      });
    mounts!.push({ destination: '/again', type: 'tmpfs', source: 'tmpfs', options: ['nosuid'] });
    mounts!.push({ destination: '/again', type: 'tmpfs', source: 'tmpfs', options: ['remount', 'ro', 'nosuid'] });
  });
  const script = SOURCES.flatMap((from) => {
    const [place, flags] = [`${directory}/${from}`, from === 'strict' ? STRICT : 'rw,relatime'];
    mkdirSync(place);
    return [
      `mount -t tmpfs tmpfs ${place} && mkdir ${place}/inner && mount -t tmpfs tmpfs ${place}/inner`,
      `mount -o remount,bind,${flags} ${place}/inner && mount -o remount,bind,${flags} ${place}`,
    ];
  });
  const through = [
    'unshare',
    '-m',
    '--propagation',
    'private',
    'sh',
    '-ec',
    `${script.join(' && ')} && exec "$@"`,
    'sh',
  ];
  const { code, out, err } = await runWith({ through }, 'run', '--bundle', path, 'words');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  for (const line of out.trimEnd().split('\n')) {
    const [, , , , place, own] = line.split(' ');
    seen.set(place!, { own: own!, superblock: line.split(' - ')[1]!.split(' ')[2]! });
  }
});

describe.each(SOURCES)('from what is %s', (from) => {
  const before = from === 'strict' ? STRICT : 'rw,relatime';
  const sorted = (words: string | undefined) => words?.split(',').toSorted();

  test.each(OWN_WORDS.filter((one) => one.from === from))('$word, and for the whole tree', ({ word, becomes }) => {
    expect(sorted(seen.get(`/${from}/${word}`)?.own)).toEqual(sorted(becomes));
    expect(sorted(seen.get(`/${from}/${word}/inner`)?.own)).toEqual(sorted(before));
    expect(sorted(seen.get(`/${from}/r${word}`)?.own)).toEqual(sorted(becomes));
    expect(sorted(seen.get(`/${from}/r${word}/inner`)?.own)).toEqual(sorted(becomes));
  });
});

test.each(SUPERBLOCK_WORDS.map(({ words, shown }) => ({ name: words.join('-'), shown })))(
  'of a file system: $name',
  ({ name, shown }) => {
    const place = seen.get(`/superblock/${name}`);
    const known = ['sync', 'dirsync', 'lazytime', 'mand'];
    expect(place?.superblock.split(',').filter((word) => known.includes(word))).toEqual([...shown]);
  },
);

test('remount changes what is mounted there', () => {
  expect(seen.get('/again')).toEqual({ own: 'ro,nosuid,relatime', superblock: expect.stringMatching(/^ro\b/) });
});
