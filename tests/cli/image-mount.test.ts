/** Image mount and unmount, and what is left out by name beside them. */
import { beforeAll, expect, test } from 'bun:test';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { tar } from '../image-archive.ts';
import { privateWorld } from './limpid.ts';

const { directory, says, limpid } = privateWorld();
const NAMES = ['localhost/one:1', 'localhost/two:2'] as const;
let ids: string[];

beforeAll(async () => {
  ids = [];
  for (const name of NAMES) {
    writeFileSync(`${directory}/files.tar`, tar([{ path: 'name', data: `${name}\n` }]));
    ids.push(await says('import', '-q', `${directory}/files.tar`, name));
  }
});

const pathOf = (at: number) => `${directory}/run/image-mounts/${hex(at)}`;
const hex = (at: number) => ids[at]!.slice(ids[at]!.indexOf(':') + 1);
const lines = () => says('image', 'mount').then((text) => text.split('\n').filter(Boolean).toSorted());
const cells = (text: string) => text.split(/ {2,}/);

test('one: its path alone, read only; several and all: which is which', async () => {
  expect(await says('image', 'mount', NAMES[0])).toBe(pathOf(0));
  expect(readFileSync(`${pathOf(0)}/name`, 'utf8')).toBe('localhost/one:1\n');
  expect(() => writeFileSync(`${pathOf(0)}/other`, 'x')).toThrow('EROFS');
  expect((await lines()).map(cells)).toEqual([[NAMES[0], pathOf(0)]]);
  // A list of manifests has no files.
  await says('manifest', 'create', 'list');
  expect((await says('image', 'mount', '--all')).split('\n').toSorted().map(cells)).toEqual([
    [NAMES[0], pathOf(0)],
    [NAMES[1], pathOf(1)],
  ]);
  const documents = JSON.parse(await says('image', 'mount', '--format', 'json')) as { id: string }[];
  expect(documents.toSorted((a, b) => (a.id === hex(0) ? -1 : b.id === hex(0) ? 1 : 0))).toEqual([
    { id: hex(0), Repositories: [NAMES[0]], mountpoint: pathOf(0) },
    { id: hex(1), Repositories: [NAMES[1]], mountpoint: pathOf(1) },
  ] as never);
});

test('what is mounted is not removed, and is gone when it was unmounted as often as it was mounted', async () => {
  expect(await limpid('rmi', NAMES[0])).toEqual({
    code: 2,
    out: '',
    err: `Error: cannot remove image "${hex(0).slice(0, 12)}": it is mounted (hint: \`limpid image unmount\` first, or use --force)\n`,
  });
  // Mounted twice, by its name and among all.
  expect(await says('image', 'unmount', NAMES[0])).toBe(hex(0));
  expect(existsSync(`${pathOf(0)}/name`)).toBe(true);
  expect(await says('image', 'unmount', NAMES[0])).toBe(hex(0));
  expect(existsSync(`${pathOf(0)}/name`)).toBe(false);
  expect(await limpid('image', 'unmount', NAMES[0])).toEqual({
    code: 125,
    out: '',
    err: `Error: cannot unmount image "${hex(0).slice(0, 12)}": it is not mounted\n`,
  });
  expect((await lines()).map(cells)).toEqual([[NAMES[1], pathOf(1)]]);
  expect(await says('image', 'unmount', '--all')).toBe(hex(1));
  expect(await lines()).toEqual([]);
});

test('all and one of them exclude each other', async () => {
  expect(await limpid('image', 'mount', '--all', NAMES[0])).toEqual({
    code: 125,
    out: '',
    err: `Error: cannot run "limpid image mount": --all and the argument "${NAMES[0]}" exclude each other\n`,
  });
  expect(await lines()).toEqual([]);
});

test('an image that is not there, and image scp', async () => {
  for (const verb of ['mount', 'unmount'])
    expect(await limpid('image', verb, 'nosuch')).toEqual({
      code: 125,
      out: '',
      err: 'Error: cannot find image "nosuch": it is not known here (hint: `limpid images` lists all, `limpid pull` gets another)\n',
    });
  expect(await limpid('image', 'scp', NAMES[0], 'host::')).toEqual({
    code: 125,
    out: '',
    err: `Error: cannot copy image "${NAMES[0]}" over ssh: "image scp" is left out (hint: \`limpid save ${NAMES[0]} | ssh HOST limpid load\` does the same)\n`,
  });
});
