import { beforeAll, describe, expect, test } from 'bun:test';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';
import { kill } from '../kill.ts';

const { directory, says, limpid } = privateWorld();

const error = (message: string, code = 125) => ({ code, out: '', err: `Error: cannot ${message}\n` });

describe('a name in use', () => {
  let id = '';
  beforeAll(async () => {
    id = await says('run', '-d', '--name', 'taken', BUSYBOX, 'sleep', 'infinity');
  });
  const inUse = () =>
    error(
      `create container "taken": the name is in use by container ${id.slice(0, 12)} (hint: choose another --name, remove that container, or pass --replace)`,
    );

  test('run and create refuse it', async () => {
    expect(await limpid('run', '--name', 'taken', BUSYBOX, 'true')).toEqual(inUse());
    expect(await limpid('create', '--name', 'taken', BUSYBOX, 'true')).toEqual(inUse());
    expect(await says('ps', '-aq', '--no-trunc')).toBe(id);
  });

  test('rename refuses it', async () => {
    const other = await says('create', '--name', 'other', BUSYBOX, 'true');
    const { code, err } = await limpid('rename', 'other', 'taken');
    expect([code, err.startsWith('Error: cannot rename container "other": the name "taken" is in use')]).toEqual([
      125,
      true,
    ]);
    expect(await says('rm', other)).toBe(other);
  });

  test('--replace removes the one that has it, running or not', async () => {
    const second = await says('run', '-d', '--replace', '--name', 'taken', BUSYBOX, 'sleep', 'infinity');
    expect(await says('ps', '-aq', '--no-trunc')).toBe(second);
    expect(second).not.toBe(id);
    id = second;
  });

  test('--replace with a wrong option removes nothing', async () => {
    expect((await limpid('run', '--replace', '--name', 'taken', '--memory', '1', BUSYBOX)).code).toBe(125);
    expect(await says('ps', '-q', '--no-trunc')).toBe(id);
    await says('rm', '-f', '-t', '0', 'taken');
  });
});

describe('a container that is not running', () => {
  beforeAll(() => says('create', '--name', 'idle', BUSYBOX, 'true'));
  const DOING = {
    exec: 'run a command in',
    kill: 'signal',
    pause: 'pause',
    unpause: 'unpause',
    top: 'list the processes of',
    attach: 'attach to',
  };
  for (const [command, doing] of Object.entries(DOING)) {
    test(`${command} refuses it`, async () => {
      const words = command === 'exec' ? ['idle', 'true'] : ['idle'];
      expect(await limpid(command, ...words)).toEqual(
        error(`${doing} container "idle": it is not running but created (hint: \`limpid start idle\` starts it)`),
      );
    });
  }
  test('wait says that it never started', async () => {
    expect(await limpid('wait', 'idle')).toEqual(
      error('wait for container "idle": it was never started (hint: `limpid start idle` starts it)'),
    );
  });
  test('a dead one', async () => {
    await says('start', '-a', 'idle');
    expect(await limpid('exec', 'idle', 'true')).toEqual(
      error('run a command in container "idle": it is not running but exited (hint: `limpid start idle` starts it)'),
    );
    await says('rm', 'idle');
  });
});

describe('one that runs', () => {
  beforeAll(() => says('run', '-d', '--name', 'busy', BUSYBOX, 'sleep', 'infinity'));
  test('rm without -f', async () => {
    expect(await limpid('rm', 'busy')).toEqual(
      error('remove container "busy": it is running (hint: stop it first, or `limpid rm -f busy`)', 2),
    );
  });
  test('a paused one', async () => {
    expect(await says('pause', 'busy')).toBe('busy');
    expect(await limpid('pause', 'busy')).toEqual(error('pause container "busy": it is paused already'));
    expect(await limpid('exec', 'busy', 'true')).toEqual(
      error('run a command in container "busy": it is paused (hint: `limpid unpause busy` first)'),
    );
    const start = error('start container "busy": it is paused (hint: `limpid unpause busy`)');
    for (const words of [['busy'], ['-a', 'busy']]) expect(await limpid('start', ...words)).toEqual(start);
    expect((await limpid('rm', 'busy')).code).toBe(2);
    expect(await says('unpause', 'busy')).toBe('busy');
  });
  test('a killed monitor is shown as such, never as exit code 0', async () => {
    const [monitor, pid] = (await says('inspect', '--format', '{{.State.ConmonPid}} {{.State.Pid}}', 'busy'))
      .split(' ')
      .map(Number);
    kill(monitor!);
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sleep\n');
    expect(await says('ps', '--format', '{{.State}}')).toBe('running');
    expect(await says('rm', '-f', '-t', '0', 'busy')).toBe('busy');
    expect(await says('ps', '-aq')).toBe('');
  });
});

test('several at once: what can be done is done, and the rest told', async () => {
  await says('create', '--name', 'one', BUSYBOX);
  const { code, out, err } = await limpid('rm', 'nope', 'one');
  expect([code, out, err]).toEqual([
    1,
    'one\n',
    'Error: cannot find container "nope": there is no such container (hint: `limpid ps -a` lists all)\n',
  ]);
});

test('rm: 1 for none of that name and nothing else, 2 for one that runs', async () => {
  await says('run', '-d', '--name', 'runs', BUSYBOX, 'sleep', 'infinity');
  const codes = [['nope'], ['runs'], ['nope', 'runs'], ['nope', 'neither'], ['-f', 'nope']].map(
    async (names) => (await limpid('rm', ...names)).code,
  );
  expect(await Promise.all(codes)).toEqual([1, 2, 2, 1, 0]);
  await says('rm', '-f', '-t', '0', 'runs');
});

test('inspect answers an empty list all the same', async () => {
  const { code, out } = await limpid('inspect', 'nope');
  expect([code, out]).toEqual([125, '[]\n']);
});

test('a start that fails leaves what the last run came to', async () => {
  const source = `${directory}/source`;
  mkdirSync(source);
  await limpid('run', '--name', 'again', '-v', `${source}:/data`, BUSYBOX, 'sh', '-c', 'exit 3');
  rmdirSync(source);
  const shown = ['inspect', '--format', '{{.State.Status}} {{.State.ExitCode}} {{.State.FinishedAt}}', 'again'];
  const before = await says(...shown);
  expect(before).toStartWith('exited 3 ');
  expect((await limpid('start', 'again')).code).toBe(125);
  expect(await says(...shown)).toBe(before);
  mkdirSync(source);
  expect((await limpid('start', '-a', 'again')).code).toBe(3);
  expect(await says(...shown)).not.toBe(before);
  await says('rm', 'again');
});
