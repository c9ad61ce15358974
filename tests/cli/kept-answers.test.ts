/** The same `ps` and `inspect` again: told by the launcher where nothing has changed, and nobody can tell but by the time it takes. */
import { expect, test } from 'bun:test';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { agesAt } from '../../base/duration.ts';
import { kill } from '../kill.ts';
import { BUSYBOX, privateWorld, type RunOptions } from './limpid.ts';
import { until } from './until.ts';

const { directory, limpid, limpidWith, says } = privateWorld();
const TRACED = { env: { LIMPID_TRACE: '1' } };

/** Whether these words are answered by the launcher now; says them once more. */
async function isKept(words: readonly string[], options: RunOptions = {}): Promise<boolean> {
  const { err } = await limpidWith({ ...options, ...TRACED }, ...words);
  return err.includes('kept answer found');
}

/** Says them until they are kept: not while something has changed in this very moment. */
async function settle(words: readonly string[]): Promise<void> {
  await until(`"${words.join(' ')}" is kept`, () => isKept(words));
}

/** What they come to in words that nobody keeps. */
async function wholeWay(words: readonly string[]): Promise<string> {
  const [command, ...rest] = words;
  return says(command!, ...(command === 'ps' ? ['--sort=created'] : ['--type=container', '--size=false']), ...rest);
}

const withoutAges = (text: string): string =>
  text.replaceAll(/(?:\d+|About an?|Less than a) (?:second|minute)s?/g, '*').replaceAll(/ +/g, ' ');

test('whatever happens to a container, the next `ps` tells', async () => {
  const started = async (name: string, ...words: string[]) =>
    says('run', '-d', '--network', 'none', '--name', name, ...words, BUSYBOX, 'sleep', '600');
  await started('first');
  const words = ['ps', '-a'];
  const pidOf = async (name: string, field: string) => Number(await says('inspect', '-f', `{{.State.${field}}}`, name));
  const changes: readonly (readonly [string, () => unknown, string])[] = [
    ['a newcomer', () => started('second', '--rm'), 'second'],
    [
      'one that is only made',
      () => says('create', '--network', 'none', '--name', 'made', BUSYBOX, 'sleep', '600'),
      'Created',
    ],
    ['its start', () => says('start', 'made'), 'made'],
    ['a pause', () => says('pause', 'first'), 'Paused'],
    ['its end', () => says('unpause', 'first'), 'Up'],
    ['a name', () => says('rename', 'first', 'another'), 'another'],
    ['a stop', () => says('stop', '-t', '0', 'another'), 'Exited (137)'],
    ['another start', () => says('start', 'another'), 'another'],
    ['a killed process', async () => kill(await pidOf('another', 'Pid')), 'Exited (137)'],
    ['a removal', () => says('rm', '-f', 'another'), 'second'],
    ['a killed monitor', async () => kill(await pidOf('second', 'ConmonPid')), 'second'],
  ];
  for (const [what, change, shows] of changes) {
    await settle(words);
    await change();
    // Of what is killed somebody else sees the end, a moment later.
    if (what.startsWith('a killed')) await until(what, async () => !(await isKept(words)));
    const told = withoutAges(await says(...words));
    expect({ what, told }).toEqual({ what, told: withoutAges(await wholeWay(words)) });
    expect({ what, told }).toEqual({ what, told: expect.stringContaining(shows) });
  }
  await says('rm', '-f', '--all');
  expect(await says('ps', '-aq')).toBe('');
});

test('ages go on', async () => {
  await says('run', '-d', '--network', 'none', '--name', 'old', BUSYBOX, 'sleep', '600');
  const words = ['ps', '--noheading'];
  await settle(words);
  const path = readdirSync(`${directory}/run/kept`)
    .map((name) => `${directory}/run/kept/${name}`)
    .find((file) => readFileSync(file).includes('\0--noheading\0'))!;
  const whole = readFileSync(path, 'utf8');
  const [since] = /\0(\d{13})\0 ago\0/.exec(whole)!.slice(1);
  const minutes = [1, 2, 59, 60, 89, 90, 47 * 60, 48 * 60, 335 * 60, 336 * 60, 1440 * 60, 20_000 * 60];
  for (const age of [0, 1e3, 30e3, ...minutes.map((one) => one * 60e3)]) {
    const sinceMs = Date.now() - age;
    writeFileSync(path, whole.replaceAll(`\0${since}\0 ago\0`, `\0${sinceMs}\0 ago\0`));
    const before = agesAt(Date.now())(sinceMs);
    const { out, err } = await limpidWith(TRACED, ...words);
    expect(err).toContain('kept answer found');
    expect([before, agesAt(Date.now())(sinceMs)].map((one) => `${one} ago`)).toContain(out.split(/ {2,}/)[3]!);
  }
  await says('rm', '-f', 'old');
});

test('columns are as wide as they are the first time', async () => {
  const name = 'a-name-that-is-longer-than-any-column-would-be';
  await says('run', '-d', '--network', 'none', '--name', name, BUSYBOX, 'sleep', '600');
  for (const words of [['ps'], ['ps', '--no-trunc', '-a'], ['ps', '-q'], ['ps', '--noheading']]) {
    const first = withoutAges(await says(...words));
    await settle(words);
    expect(withoutAges(await says(...words))).toBe(first);
    const lines = (await says(...words)).split('\n');
    if (lines[0]!.startsWith('CONTAINER'))
      for (const heading of ['IMAGE', 'CREATED', 'STATUS', 'NAMES']) {
        const at = lines[0]!.indexOf(heading);
        expect(lines[1]!.slice(at - 2, at + 1)).toMatch(/^ {2}\S$/);
      }
  }
  await says('rm', '-f', name);
});

test('what is not plain text is told the whole way, each time', async () => {
  await says('run', '-d', '--network', 'none', '--name', 'odd', BUSYBOX, 'sh', '-c', ': \x01123\x01 é; sleep 600');
  const words = ['ps', '--no-trunc'];
  const first = withoutAges(await says(...words));
  // Nothing of it is too young to be kept.
  await settle(['inspect', '-f', '{{.Name}}', 'odd']);
  for (let time = 0; time < 4; time++) {
    expect(await isKept(words)).toBe(false);
    expect(withoutAges(await says(...words))).toBe(first);
  }
  expect(first).toContain(': \\x01123\\x01 é; sleep 600');
  await says('rm', '-f', 'odd');
});

test('`inspect` is told again until something of the container changes', async () => {
  const id = await says('run', '-d', '--network', 'none', '--name', 'seen', BUSYBOX, 'sleep', '600');
  const all = ['inspect', 'seen'];
  const first = await says(...all);
  await settle(all);
  expect(await says(...all)).toBe(first);
  const state = ['inspect', '-f', '{{.State.Status}} {{.Name}}', id];
  await settle(state);
  expect(await says(...state)).toBe('running seen');
  await says('pause', 'seen');
  expect(await says(...state)).toBe('paused seen');
  expect(JSON.parse(await says(...all))[0].State.Status).toBe('paused');
  await says('unpause', 'seen');
  expect(await says(...state)).toBe('running seen');
  await settle(state);
  await says('rename', 'seen', 'renamed');
  expect(await says(...state)).toBe('running renamed');
  const { code, err } = await limpid(...all);
  expect({ code, err }).toEqual({ code: 125, err: expect.stringContaining('cannot find container "seen"') });
  const home = ['inspect', '-f', '{{.Config.Env}}', 'renamed'];
  await settle(home);
  expect(await says(...home)).toContain('HOME=/root');
  await says('exec', id, 'sed', '-i', 's|/root|/elsewhere|', '/etc/passwd');
  expect(await says(...home)).toContain('HOME=/elsewhere');
  await settle(state);
  await says('stop', '-t', '0', id);
  expect(await says(...state)).toBe('exited renamed');
  await says('rm', id);
});

test('a name that is another container’s by now, and an id that is somebody’s name', async () => {
  const start = (name: string) => says('run', '-d', '--network', 'none', '--name', name, BUSYBOX, 'sleep', '600');
  const [one, two] = [await start('one'), await start('two')];
  const named = ['inspect', '-f', '{{.Id}}', 'one'];
  const byId = ['inspect', '-f', '{{.Name}}', one];
  await settle(named);
  await settle(byId);
  await says('rename', 'one', 'three');
  await says('rename', 'two', 'one');
  expect(await says(...named)).toBe(two);
  await settle(byId);
  await says('rename', 'one', one);
  expect(await says(...byId)).toBe(one);
  await says('rm', '-f', '--all');
});

test('a record that somebody damages is told of at once', async () => {
  const id = await says('run', '-d', '--network', 'none', '--name', 'sound', BUSYBOX, 'sleep', '600');
  const words = ['ps'];
  await settle(words);
  const path = `${directory}/root/containers/${id}/config.json`;
  const config = readFileSync(path);
  writeFileSync(path, config.subarray(0, config.length - 9));
  expect((await limpid(...words)).err).toContain(`cannot read "${path}": it is damaged`);
  writeFileSync(path, config);
  expect(await says(...words)).toContain('sound');
  await says('rm', '-f', 'sound');
});

test('a damaged one is as good as none', async () => {
  await says('run', '-d', '--network', 'none', '--name', 'whole', BUSYBOX, 'sleep', '600');
  const words = ['ps', '-q', '--no-trunc'];
  await settle(words);
  const first = await says(...words);
  const path = readdirSync(`${directory}/run/kept`)
    .map((name) => `${directory}/run/kept/${name}`)
    .find((file) => readFileSync(file).includes('\0-q\0--no-trunc\0'))!;
  const whole = readFileSync(path);
  const cuts = Array.from({ length: 9 }, (_, index) => Math.floor((whole.length * (index + 1)) / 10));
  for (const size of [...cuts, whole.length - 1]) {
    writeFileSync(path, whole.subarray(0, size));
    expect({ size, ...(await limpid(...words)) }).toEqual({ size, code: 0, out: `${first}\n`, err: '' });
  }
  await says('rm', '-f', 'whole');
});

test('where nobody reads, or nothing can be written, it is told as the whole way tells it', async () => {
  await says('run', '-d', '--network', 'none', '--name', 'loud', BUSYBOX, 'sleep', '600');
  // The last one: a pipe whose reader has gone.
  for (const command of ['"$@" >/dev/full', '"$@" >&-', 'exec 3> >(exit); wait $!; "$@" >&3']) {
    const through = ['bash', '-c', command, 'bash'];
    const words = ['inspect', 'loud'];
    const whole = await limpidWith({ through }, ...words, '--type=container', '--size=false');
    await settle(words);
    expect({ command, ...(await limpidWith({ through }, ...words)) }).toEqual({ command, ...whole });
  }
  await says('rm', '-f', 'loud');
});
