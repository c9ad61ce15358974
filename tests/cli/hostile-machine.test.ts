import { afterAll, afterEach, describe, expect, test } from 'bun:test';
import { mkdirSync, readdirSync } from 'node:fs';
import { BUSYBOX, finish, privateWorld } from './limpid.ts';
import { Leavings } from './left-behind.ts';
import { until } from './until.ts';
import { withoutNetwork } from '../without-network.ts';

const { directory, program, says, limpid, limpidWith } = privateWorld();
// What a failed test leaves is not to fail the next.
afterEach(() => limpid('rm', '-f', '-a', '-t', '0'));

describe('no root', () => {
  const through = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  test('run says what would be needed, in one line', async () => {
    const { code, out, err } = await limpidWith({ through, cwd: '/' }, 'run', '--rm', BUSYBOX, 'true');
    expect([code, out]).toEqual([125, '']);
    expect(err).toMatch(/^Error: cannot [^\n]+ \(hint: limpid needs root, [^\n]+\)\n$/);
  });
  test('so do other commands that change something, and ps', async () => {
    await says('create', '--name', 'roots', BUSYBOX);
    for (const words of [
      ['rm', 'roots'],
      ['start', 'roots'],
      ['ps', '-a'],
    ]) {
      const { code, out, err } = await limpidWith({ through, cwd: '/' }, ...words);
      expect([words[0], code, out]).toEqual([words[0], 125, '']);
      expect(err).toMatch(/^Error: cannot [^\n]+ \(hint: limpid needs root, [^\n]+\)\n$/);
    }
    expect(await says('ps', '-a', '--format', '{{.Names}} {{.State}}')).toBe('roots created');
    await says('rm', 'roots');
  });
  test('help and version need none', async () => {
    expect((await limpidWith({ through, cwd: '/' }, 'run', '--help')).code).toBe(0);
    expect((await limpidWith({ through, cwd: '/' }, 'version')).code).toBe(0);
  });
});

describe('a full disk', () => {
  const disk = `${directory}/disk`;
  const LONG = `LONG=${'x'.repeat(20_000)}`;
  const full = (...words: string[]) =>
    finish([program, '--root', `${disk}/root`, '--runroot', `${directory}/run-of-disk`, ...withoutNetwork(words)]);

  test('says so in one line, and leaves nothing', async () => {
    mkdirSync(disk);
    await Bun.$`mount -t tmpfs -o size=4m tmpfs ${disk}`.quiet();
    expect((await full('run', '--rm', BUSYBOX, 'true')).code).toBe(0);
    await Bun.$`head -c 8000000 /dev/zero > ${disk}/filler`.quiet().nothrow();
    // The config of a --rm container is written elsewhere, into memory.
    for (const words of [['run', '-d'], ['create']]) {
      const { code, out, err } = await full(...words, '--name', 'x', '-e', LONG, BUSYBOX, 'true');
      expect([words[0], code, out]).toEqual([words[0], 125, '']);
      expect(err).toMatch(/^Error: cannot [^\n]*(ENOSPC|no space left on device)[^\n]*\n$/);
      expect(readdirSync(`${disk}/root/containers`)).toEqual([]);
    }
  });
  test('with room again, it works again', async () => {
    await Bun.$`rm ${disk}/filler`.quiet();
    expect((await full('run', '-d', '--name', 'x', BUSYBOX, 'true')).code).toBe(0);
    expect((await full('rm', '-f', 'x')).out).toBe('x\n');
    expect(readdirSync(`${disk}/root/containers`)).toEqual([]);
  });
  afterAll(async () => {
    await Bun.$`umount ${disk}`.quiet();
  });
});

describe('two commands at once: one winner, one clear loser', () => {
  const both = async (one: string[], two: string[]) => Promise.all([limpid(...one), limpid(...two)]);

  test('run --name twice', async () => {
    const words = ['run', '-d', '--name', 'same', BUSYBOX, 'sleep', 'infinity'];
    for (let round = 0; round < 5; round++) {
      const results = await both(words, words);
      expect(results.map(({ code }) => code).toSorted()).toEqual([0, 125]);
      expect(results.find(({ code }) => code !== 0)!.err).toMatch(
        /^Error: cannot create container "same": the name is in use by [^\n]+\n$/,
      );
      expect((await says('ps', '-aq')).split('\n').length).toBe(1);
      await says('rm', '-f', '-t', '0', 'same');
    }
  });
  test('start twice: one process, and both may say that it runs', async () => {
    for (let round = 0; round < 5; round++) {
      await says('create', '--name', 'once', BUSYBOX, 'sleep', 'infinity');
      const results = await both(['start', 'once'], ['start', 'once']);
      expect(results.some(({ code }) => code === 0)).toBe(true);
      for (const { code, err } of results)
        if (code !== 0) expect(err).toMatch(/^Error: cannot [^\n]*"once"[^\n]*another limpid command[^\n]*\n$/);
      expect(await says('top', 'once', 'pid', 'args')).toBe('PID         COMMAND\n1           sleep infinity');
      await says('rm', '-f', '-t', '0', 'once');
    }
  });
  test('rm twice', async () => {
    for (let round = 0; round < 5; round++) {
      await says('create', '--name', 'gone', BUSYBOX);
      const results = await both(['rm', 'gone'], ['rm', 'gone']);
      // 1: it was gone already; 125: the other was about to remove it.
      expect(results.map(({ code }) => code).toSorted()).toBeOneOf([
        [0, 1],
        [0, 125],
      ]);
      expect(results.find(({ code }) => code !== 0)!.err).toMatch(/^Error: cannot [^\n]*container "gone"[^\n]*\n$/);
      expect(await says('ps', '-aq')).toBe('');
    }
  });
  test('start and rm', async () => {
    for (let round = 0; round < 5; round++) {
      await says('create', '--name', 'either', BUSYBOX, 'sleep', 'infinity');
      const [start, rm] = await both(['start', 'either'], ['rm', 'either']);
      const left = await says('ps', '-a', '--format', '{{.Names}} {{.State}}');
      expect([start!.code, rm!.code, left]).toBeOneOf([
        [0, 2, 'either running'],
        [0, 125, 'either running'],
        [125, 0, ''],
      ]);
      for (const { code, err } of [start!, rm!])
        if (code !== 0) expect(err).toMatch(/^Error: cannot [^\n]*"either"[^\n]*\n$/);
      if (left !== '') await says('rm', '-f', '-t', '0', 'either');
    }
  });
});

test('directories, cgroups, mounts and processes end with each of eight at once', async () => {
  const leavings = new Leavings(directory);
  const runs = Array.from({ length: 8 }, (_, index) => limpid('run', '--rm', BUSYBOX, 'echo', String(index)));
  expect((await Promise.all(runs)).map(({ out }) => out)).toEqual(
    Array.from({ length: 8 }, (_, index) => `${index}\n`),
  );
  await until('nothing of them to be left', () => {
    const left = leavings.look();
    return left.length === 0 ? true : { butSaw: left.join('\n') };
  });
});
