/**
 * What a power cut may leave, by the order of the system calls: nothing gets a name in the store before its bytes are on the
 * disk, the index names nothing whose name is not there for good, and nothing goes before the index without it does.
 */
import { afterAll, beforeAll, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { imageOf, ociMembers, tar } from '../image-archive.ts';
import { busyboxLayer } from '../registry-images.ts';
import { FaultWorld, text } from './fault-world.ts';

const CALLS = 'fsync,fdatasync,syncfs,rename,renameat,renameat2,linkat,write,writev,pwrite64,unlink,unlinkat';
const fault = new FaultWorld();
const store = `${fault.root}/images`;
const layers = `${fault.root}/layers`;

beforeAll(async () => {
  const image = imageOf([busyboxLayer(), tar([{ path: 'f', data: crypto.getRandomValues(new Uint8Array(50_000)) }])], {
    config: { Cmd: ['sh', '-c', 'echo hi > /g'] },
  });
  writeFileSync(`${fault.path}/image.tar`, tar(ociMembers(image, 'localhost/app:1')));
});
afterAll(() => fault.drop());

interface Call {
  readonly name: string;
  readonly args: string;
  /** Of the descriptor that the call is for. */
  readonly path: string;
}

/** The calls of a command that succeeded, in the order in which they ended. */
async function traced(...words: string[]): Promise<Call[]> {
  const trace = `${fault.path}/trace`;
  const below = ['strace', '-f', '-y', '-s', '0', '-e', 'signal=none', '-e', `trace=${CALLS}`, '-o', trace];
  expect(await fault.limpid(words, below)).toMatchObject({ code: 0, err: '' });
  const begun = new Map<string, string>();
  return text(trace)
    .split('\n')
    .flatMap((line): Call[] => {
      const [, pid = '', said = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
      const cut = / <unfinished \.\.\.>$/.exec(said);
      if (cut !== null) begun.set(pid, said.slice(0, cut.index));
      const rest = /^<\.\.\. \w+ resumed>(.*)$/.exec(said)?.[1];
      const whole = rest === undefined ? said : `${begun.get(pid)}${rest}`;
      const [, name = '', args = ''] = /^(\w+)\((.*)\) += \d+$/.exec(whole) ?? [];
      return name === '' ? [] : [{ name, args, path: /^\d+<([^>]*)>/.exec(args)?.[1] ?? '' }];
    });
}

const quoted = (args: string) => [...args.matchAll(/"([^"]*)"/g)].map(([, path]) => path!);
const isBelow = (path: string, directory: string) => path === directory || path.startsWith(`${directory}/`);
const directoryOf = (path: string) => path.slice(0, path.lastIndexOf('/'));

/** What of these calls a power cut could turn into a store with half an image. */
function faults(calls: readonly Call[]): string[] {
  const found: string[] = [];
  const unsynced = new Set<string>();
  const unsyncedNames = new Set<string>();
  for (const { name, args, path } of calls) {
    if (name.includes('write') && isBelow(path, fault.root)) unsynced.add(path);
    else if (name === 'syncfs') for (const set of [unsynced, unsyncedNames]) set.clear();
    else if (name.endsWith('sync')) for (const set of [unsynced, unsyncedNames]) set.delete(path);
    else if (name.startsWith('rename')) {
      const [from = '', to = ''] = quoted(args);
      for (const one of unsynced) if (isBelow(one, from)) found.push(`${one} gets the name ${to} unsynced`);
      if (to === `${store}/index.json`)
        for (const one of unsyncedNames) found.push(`the index names what ${one} may lack`);
      if (isBelow(to, store) || isBelow(to, layers)) unsyncedNames.add(directoryOf(to));
      if (isBelow(from, layers) && unsyncedNames.has(store))
        found.push(`${from} goes before the index without it is there`);
    } else if (name.startsWith('unlink')) {
      const [gone = ''] = quoted(args);
      if (isBelow(gone, store) && unsyncedNames.has(store))
        found.push(`${gone} goes before the index without it is there`);
    }
  }
  return [...found, ...[...unsyncedNames].map((one) => `names in ${one} are not there for good`)];
}

const renamedTo = (calls: readonly Call[], directory: string) =>
  calls.filter(({ name, args }) => name.startsWith('rename') && directoryOf(quoted(args)[1]!) === directory).length;

test('load: blobs and layers, then the index', async () => {
  const calls = await traced('load', '-q', '-i', `${fault.path}/image.tar`);
  expect(faults(calls)).toEqual([]);
  expect([renamedTo(calls, layers), renamedTo(calls, `${store}/blobs/sha256`), renamedTo(calls, store)]).toEqual([
    2, 4, 1,
  ]);
});

test('commit: one layer more', async () => {
  await fault.must('run', '--name', 'lab', 'localhost/app:1');
  const calls = await traced('commit', '-q', 'lab', 'localhost/app:2');
  expect(faults(calls)).toEqual([]);
  expect([renamedTo(calls, layers), renamedTo(calls, `${store}/blobs/sha256`), renamedTo(calls, store)]).toEqual([
    1, 3, 1,
  ]);
});

test('tag and rmi: the index first, then what it does not name any more', async () => {
  expect(faults(await traced('tag', 'localhost/app:2', 'localhost/app:3'))).toEqual([]);
  await fault.must('rmi', 'localhost/app:3');
  const calls = await traced('rmi', 'localhost/app:2');
  expect(faults(calls)).toEqual([]);
  const unlinked = calls.filter(({ name, args }) => name === 'unlink' && isBelow(quoted(args)[0]!, store));
  expect([unlinked.length, renamedTo(calls, `${fault.root}/staging`)]).toEqual([3, 1]);
});
