/** What is kept, where the world around it is not as it was, or is nobody's to trust. */
import { afterEach, expect, test } from 'bun:test';
import {
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { BUSYBOX, finish, privateWorld } from './limpid.ts';

const { directory, program, globals, limpid, limpidWith, says } = privateWorld();
const kept = `${directory}/run/kept`;
const RUN = ['run', '--rm', '--network=none'];

afterEach(() => rmSync(kept, { recursive: true, force: true }));

async function goesKept(...words: string[]): Promise<boolean> {
  return (await limpidWith({ env: { LIMPID_TRACE: '1' } }, ...words)).err.includes('kept plan found');
}

async function settle(...words: string[]): Promise<void> {
  for (let time = 0; time < 2; time++) expect((await limpid(...words)).code).toBe(0);
  expect(await goesKept(...words)).toBe(true);
}

/** Where something with this text is kept. */
function fileWith(text: string): string {
  return readdirSync(kept)
    .map((name) => `${kept}/${name}`)
    .find((path) => readFileSync(path).includes(text))!;
}

test('where nothing can be kept, all goes as well', async () => {
  const words = [...RUN, BUSYBOX, 'echo', 'well'];
  mkdirSync(`${directory}/run`, { recursive: true });
  writeFileSync(kept, '');
  for (let time = 0; time < 3; time++) expect(await says(...words)).toBe('well');
  expect((await says('run', '-d', '--rm', '--network=none', BUSYBOX, 'true')).length).toBe(64);
  for (let time = 0; time < 3; time++) expect(await says('ps', '-q')).toBe('');
  rmSync(kept);
  await settle(...words);
  const path = fileWith('well');
  rmSync(path);
  mkdirSync(path);
  for (let time = 0; time < 2; time++) expect(await says(...words)).toBe('well');
  expect(readdirSync(kept)).toHaveLength(1);
});

test('what somebody else may have written is none of ours: no pipe, no link, no other owner', async () => {
  const words = [...RUN, BUSYBOX, 'echo', 'ours'];
  await settle(...words);
  const path = fileWith('ours');
  chownSync(path, 65534, 65534);
  expect(await goesKept(...words)).toBe(false);
  chownSync(path, 0, 0);
  expect(await goesKept(...words)).toBe(true);
  renameSync(path, `${directory}/elsewhere`);
  symlinkSync(`${directory}/elsewhere`, path);
  expect(await goesKept(...words)).toBe(false);
  rmSync(path, { force: true });
  expect((await finish(['mkfifo', path])).code).toBe(0);
  expect(await says(...words)).toBe('ours');
});

test('a copy of the runtime directory is another one', async () => {
  const words = ['run', '-d', '--network=none', '--name', 'moved', BUSYBOX, 'sleep', '600'];
  for (let time = 0; time < 3; time++) {
    await says(...words);
    await says('rm', '-f', '-t', '0', 'moved');
  }
  cpSync(`${directory}/run`, `${directory}/copy`, { recursive: true, verbatimSymlinks: true });
  const there = [program, ...globals.slice(0, 3), `${directory}/copy`];
  expect((await finish([...there, ...words], { env: { LIMPID_TRACE: '1' } })).err).not.toContain('kept plan found');
  expect(readdirSync(`${directory}/run/containers`)).toEqual([]);
  expect((await finish([...there, 'rm', '-f', '-t', '0', 'moved'])).out).toBe('moved\n');
});

test('a file that is another with the times of the last one is seen', async () => {
  await says('run', '-d', '--network=none', '--name', 'lab', BUSYBOX, 'sleep', '600');
  await says('exec', 'lab', 'sh', '-c', 'echo u:x:77:77::/: >> /etc/passwd; touch -r /etc/passwd /tmp/times');
  const words = ['exec', '-u', 'u', 'lab', 'id', '-u'];
  await settle(...words);
  const script = 'cp /etc/passwd /tmp; sed s/77:77/78:78/ /tmp/passwd > /etc/passwd; touch -r /tmp/times /etc/passwd';
  await says('exec', 'lab', 'sh', '-c', script);
  expect(await says(...words)).toBe('78');
  await says('rm', '-f', '-t', '0', 'lab');
});

test('without a working directory, and where an id cannot be written, the same is said as the first time', async () => {
  const words = ['run', '-d', '--rm', '--network=none', BUSYBOX, 'true'];
  await settle(...words);
  const gone = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"';
  const inGone = (...command: string[]) =>
    limpidWith({ through: ['sh', '-c', gone, 'sh'], cwd: directory }, ...command);
  expect(await inGone(...words)).toEqual({
    code: 125,
    out: '',
    err: 'Error: cannot find the working directory: it was removed (hint: `cd` to one that is there)\n',
  });
  const full = () => limpidWith({ through: ['sh', '-c', 'exec "$@" > /dev/full', 'sh'] }, ...words);
  const last = await full();
  expect(last).toEqual({
    code: 125,
    out: '',
    err: 'Error: cannot write "standard output": ENOSPC, no space left on device (hint: the disk is full: `df` shows which one)\n',
  });
  rmSync(kept, { recursive: true });
  expect(await full()).toEqual(last);
});

test('an image is the one that is meant now: in a directory, and by its name', async () => {
  for (const mark of ['first', 'second']) {
    await says('run', '--name', 'made', '--network=none', BUSYBOX, 'sh', '-c', `echo ${mark} > /mark`);
    await says('commit', '-q', 'made', mark);
    await says('rm', 'made');
    expect((await limpid('push', '-q', mark, `oci:${directory}/${mark}:one`)).code).toBe(0);
  }
  const read = async (image: string) => (await limpid(...RUN, image, 'cat', '/mark')).out;
  await says('tag', 'first', 'named');
  for (let time = 0; time < 3; time++) expect(await read('named')).toBe('first\n');
  await says('tag', 'second', 'named');
  expect(await read('named')).toBe('second\n');
  const place = `${directory}/layout`;
  renameSync(`${directory}/first`, place);
  for (let time = 0; time < 3; time++) expect(await read(`oci:${place}:one`)).toBe('first\n');
  renameSync(place, `${directory}/first`);
  renameSync(`${directory}/second`, place);
  expect(await read(`oci:${place}:one`)).toBe('second\n');
});
