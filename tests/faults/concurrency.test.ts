/** Commands side by side: one winner, clear losers, and nothing left. */
import { afterEach, beforeAll, expect, test } from 'bun:test';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { atTheEnd } from '../at-the-end.ts';
import { CGROUPS, ended, FaultWorld, list, mountsBelow, type Ended } from './fault-world.ts';

const fault = new FaultWorld();
beforeAll(() => fault.must('run', '--rm', 'builtin:busybox', 'true'));
afterEach(async () => {
  await fault.limpid(['rm', '--all', '--force']);
  expect(await fault.finallyLeft()).toEqual([]);
});
atTheEnd(() => fault.drop());

const sideBySide = (commands: readonly (readonly string[])[]): Promise<Ended[]> =>
  Promise.all(commands.map((words) => fault.limpid(words)));
const times = <T>(count: number, one: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => one(index));
const isDirectory = (path: string): boolean => statSync(path).isDirectory();
const failures = (all: readonly Ended[]): Ended[] => all.filter(({ code }) => code !== 0);

// A cgroup is found by an id, which goes with its container: below a parent of their own all of them are seen.
const parent = `limpid-fault/row-${process.pid}`;
const parents = [CGROUPS, ...list(CGROUPS).map((name) => `${CGROUPS}/${name}`)].map((root) => `${root}/${parent}`);
atTheEnd(() => ended(['rmdir', ...parents.filter((path) => existsSync(path))]));
const run = (stdin = '') =>
  ended(
    fault.command('run', '--rm', '-i', '--cgroup-parent', parent, 'builtin:busybox', 'sh', '-c', 'cat; exit 5'),
    stdin,
  );

/** All that is in this world: files and names, mounts, cgroups, processes. */
function everything(): string[] {
  const below = (path: string) => (readdirSync(path, { recursive: true }) as string[]).map((name) => `${path}/${name}`);
  const directories = parents.filter((path) => existsSync(path)).flatMap((path) => below(path).filter(isDirectory));
  return [
    ...below(fault.path),
    ...mountsBelow(fault.path),
    ...directories,
    ...fault.processes().map(String),
  ].toSorted();
}

/** Asserts that nothing is added by `act`, but by its first turns, which keep something for the next ones. */
async function leavesNothing(act: () => Promise<unknown>): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await run();
  await fault.quiet();
  const before = everything();
  await act();
  await fault.quiet();
  expect(everything()).toEqual(before);
}

test('8 loops of run --rm leave nothing', () =>
  leavesNothing(() =>
    Promise.all(
      times(8, async (loop) => {
        for (let turn = 0; turn < 40; turn++)
          expect(await run(`${loop} ${turn}`)).toEqual({ code: 5, out: `${loop} ${turn}`, err: '' });
      }),
    ),
  ));

test('500 in a row leave nothing', () =>
  leavesNothing(async () => {
    for (let turn = 0; turn < 500; turn++) expect(await run()).toEqual({ code: 5, out: '', err: '' });
  }));

test('100 creates of one name: one winner', async () => {
  const results: Ended[] = [];
  for (let round = 0; round < 5; round++)
    results.push(...(await sideBySide(times(20, () => ['create', '--name', 'one', 'builtin:busybox', 'true']))));
  const lost = failures(results);
  expect(lost).toHaveLength(99);
  for (const { code, err } of lost) {
    expect(code).toBe(125);
    expect(err).toStartWith('Error: cannot create container "one": the name is in use by ');
  }
  expect(await fault.must('ps', '-a', '--format', '{{.Names}}')).toBe('one');
});

test("creates of one name beside its removals: the name is always somebody's, or free", async () => {
  const rounds = times(10, () => [
    ['create', '--name', 'one', 'builtin:busybox', 'true'],
    ['rm', '-f', 'one'],
    ['create', '--name', 'one', 'builtin:busybox', 'true'],
    ['create', '--replace', '--name', 'one', 'builtin:busybox', 'true'],
  ]);
  for (const round of rounds) {
    for (const { err } of failures(await sideBySide(round)))
      expect(err).toMatch(
        /^Error: cannot (create container "one": the name is in use|remove container "one": another command has removed it|change container "one": another limpid)/,
      );
    const names = (await fault.must('ps', '-a', '--format', '{{.Names}}')).split('\n').filter(Boolean);
    expect(names.length).toBeLessThanOrEqual(1);
  }
});

test('start beside start: one process', async () => {
  await fault.must('create', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
  for (let round = 0; round < 5; round++) {
    // The slower finds it running, which is what it wanted.
    expect(failures(await sideBySide(times(5, () => ['start', 'lab'])))).toEqual([]);
    expect((await fault.must('top', 'lab', 'pid')).split('\n')).toHaveLength(2);
    await fault.must('stop', '-t', '0', 'lab');
  }
});

test('rm beside rm: one winner, and losers that say so', async () => {
  for (let round = 0; round < 5; round++) {
    await fault.must('create', '--name', 'lab', 'builtin:busybox', 'true');
    const results = await sideBySide(times(5, () => ['rm', 'lab']));
    expect(results.filter(({ out }) => out === 'lab\n')).toHaveLength(1);
    for (const { err, code } of failures(results)) {
      expect(err).toMatch(
        /^Error: cannot (find container "lab": there is no such|remove container "lab": another command has removed it)/,
      );
      expect([1, 125]).toContain(code);
    }
  }
});

test('start beside rm: it runs, or it is gone', async () => {
  for (let round = 0; round < 15; round++) {
    await fault.must('create', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
    const [start, remove] = await sideBySide([
      ['start', 'lab'],
      ['rm', 'lab'],
    ]);
    const shown = await fault.must('ps', '-a', '--format', '{{.State}}');
    if (remove!.code === 0) expect([shown, start!.code]).toEqual(['', 125]);
    else expect([shown, start!.code]).toEqual(['running', 0]);
    await fault.must('rm', '-f', 'lab');
  }
});

test('stop beside rm -f, and exec beside both', async () => {
  for (let round = 0; round < 8; round++) {
    await fault.must('run', '-d', '--name', 'lab', 'builtin:busybox', 'sleep', '1000');
    const [stop, remove, exec] = await sideBySide([
      ['stop', '-t', '0', 'lab'],
      ['rm', '-f', 'lab'],
      ['exec', 'lab', 'true'],
    ]);
    expect(remove!.code).toBe(0);
    expect(stop!.err).toMatch(/^$|^Error: cannot find container "lab": there is no such/);
    // It ended before, with, or was killed by the container, or never found it running.
    expect([0, 125, 137]).toContain(exec!.code);
    if (exec!.err !== '') expect(exec!.err).toMatch(/^Error: cannot [^\n]+\n$/);
    expect(await fault.finallyLeft()).toEqual([]);
  }
});

test('the first commands of a world, side by side', async () => {
  const fresh = new FaultWorld();
  try {
    const results = await Promise.all(
      times(6, (index) => fresh.limpid(['run', '--rm', '--init', '--name', `n${index}`, 'builtin:busybox', 'true'])),
    );
    expect(failures(results)).toEqual([]);
    await fresh.quiet();
    expect(await fresh.finallyLeft()).toEqual([]);
  } finally {
    await fresh.drop();
  }
});
