import { afterEach, describe, expect, test } from 'bun:test';
import { readdirSync, existsSync, readFileSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';
import { until } from './until.ts';

const { directory, says, limpid } = privateWorld();
// What a failed test leaves is not to fail the next.
afterEach(() => limpid('rm', '-f', '-a', '-t', '0'));
const state = (name: string) => says('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', name);
/** Longer than a shell takes anywhere to be asked and to answer: nobody is killed. */
const PATIENT = ['-t', '200'];
/** Says on its log which signal came, and ends with a code of its own. */
const TRAPS =
  'for s in TERM INT USR1; do trap "echo got $s; exit 20" $s; done; echo ready; while :; do sleep 0.01; done';
const isReady = (name: string) =>
  until('it to be ready', async () => (await limpid('logs', name)).out.includes('ready'));

test('create, start, wait, start -a, rm', async () => {
  const id = await says('create', '--name', 'steps', BUSYBOX, 'sh', '-c', 'echo hello; exit 3');
  expect(id).toMatch(/^[0-9a-f]{64}$/);
  expect(await state('steps')).toBe('created 0');
  expect(await says('start', 'steps')).toBe('steps');
  expect(await says('wait', 'steps')).toBe('3');
  expect(await state('steps')).toBe('exited 3');
  expect(await limpid('start', '-a', 'steps')).toEqual({ code: 3, out: 'hello\n', err: '' });
  expect(await says('logs', 'steps')).toBe('hello\nhello');
  expect(await says('rm', 'steps')).toBe('steps');
  expect((await limpid('container', 'exists', 'steps')).code).toBe(1);
});

describe('stop', () => {
  test('asks, and takes the answer', async () => {
    await says('run', '-d', '--name', 'polite', BUSYBOX, 'sh', '-c', TRAPS);
    await isReady('polite');
    expect(await says('stop', ...PATIENT, 'polite')).toBe('polite');
    expect(await state('polite')).toBe('exited 20');
    expect(await says('logs', 'polite')).toBe('ready\ngot TERM');
    expect(await says('stop', 'polite')).toBe('polite');
    await says('rm', 'polite');
  });
  test('--stop-signal asks otherwise', async () => {
    await says('run', '-d', '--name', 'other', '--stop-signal', 'SIGUSR1', BUSYBOX, 'sh', '-c', TRAPS);
    await isReady('other');
    await says('stop', ...PATIENT, 'other');
    expect((await says('logs', 'other')).split('\n').at(-1)).toBe('got USR1');
    await says('rm', 'other');
  });
  test('kills after -t seconds', async () => {
    await says('run', '-d', '--name', 'deaf', BUSYBOX, 'sh', '-c', 'trap "" TERM; sleep 1000');
    const started = performance.now();
    await says('stop', '-t', '1', 'deaf');
    expect(performance.now() - started).toBeGreaterThanOrEqual(1000);
    expect(await state('deaf')).toBe('exited 137');
    await says('rm', 'deaf');
  });
});

test('kill: SIGKILL, another signal, one that is ignored', async () => {
  await says('run', '-d', '--name', 'one', BUSYBOX, 'sh', '-c', TRAPS);
  await isReady('one');
  expect(await says('kill', '-s', 'INT', 'one')).toBe('one');
  expect(await says('wait', 'one')).toBe('20');
  await says('start', 'one');
  expect(await says('kill', '--signal', 'CONT', 'one')).toBe('one');
  expect(await state('one')).toBe('running 0');
  await says('kill', 'one');
  expect(await says('wait', 'one')).toBe('137');
  await says('rm', 'one');
});

test('pause and unpause: no process of it runs meanwhile', async () => {
  await says(
    'run',
    '-d',
    '--name',
    'still',
    BUSYBOX,
    'sh',
    '-c',
    'i=0; while :; do i=$((i+1)); echo $i > /next; mv /next /count; done',
  );
  const upper = await says('inspect', '--format', '{{.GraphDriver.Data.UpperDir}}', 'still');
  const count = () => readFileSync(`${upper}/count`, 'utf8');
  await until('it to count', () => existsSync(`${upper}/count`));
  expect(await says('pause', 'still')).toBe('still');
  expect(await says('ps', '--format', '{{.State}} {{.Status}}')).toMatch(/^paused Paused|^paused Up .*\(Paused\)/);
  const before = count();
  await says('ps');
  expect(count()).toBe(before);
  await says('unpause', 'still');
  await until('it to go on', () => count() !== before);
  expect(await state('still')).toBe('running 0');
  await says('rm', '-f', '-t', '0', 'still');
});

test('restart: another process, the same container and files', async () => {
  const id = await says('run', '-d', '--name', 'again', BUSYBOX, 'sh', '-c', 'echo x >> /file; sleep 1000');
  const pid = await says('inspect', '--format', '{{.State.Pid}}', 'again');
  const has = (text: string) => async () => (await limpid('exec', 'again', 'cat', '/file')).out === text;
  await until('the first line', has('x\n'));
  expect(await says('restart', '-t', '0', 'again')).toBe('again');
  const after = await says('inspect', '--format', '{{.Id}} {{.State.Pid}}', 'again');
  expect(after.split(' ')[0]).toBe(id);
  expect(after.split(' ')[1]).not.toBe(pid);
  await until('the second line', has('x\nx\n'));
  await says('rm', '-f', '-t', '0', 'again');
});

test('rename, also to what it is called', async () => {
  await says('create', '--name', 'old', BUSYBOX);
  await says('rename', 'old', 'old');
  expect(await says('ps', '-a', '--format', '{{.Names}}')).toBe('old');
  await says('rename', 'old', 'new');
  expect(await says('ps', '-a', '--format', '{{.Names}}')).toBe('new');
  expect((await limpid('container', 'exists', 'old')).code).toBe(1);
  await says('rm', 'new');
});

test('--rm: gone with its exit, files and all', async () => {
  const id = await says('run', '-d', '--rm', '--name', 'brief', BUSYBOX, 'sh', '-c', TRAPS);
  await isReady('brief');
  expect(existsSync(`${directory}/root/containers/${id}`)).toBe(true);
  await says('stop', ...PATIENT, 'brief');
  expect([existsSync(`${directory}/root/containers/${id}`), existsSync(`${directory}/run/containers/${id}`)]).toEqual([
    false,
    false,
  ]);
  expect(await says('ps', '-aq')).toBe('');
});

test('wait: several at once, a condition, one that is not there', async () => {
  for (const code of [1, 2]) await says('create', '--name', `w${code}`, BUSYBOX, 'sh', '-c', `exit ${code}`);
  expect(await says('wait', '--condition', 'created', 'w1')).toBe('-1');
  await says('start', 'w1', 'w2');
  expect(await says('wait', 'w1', 'w2')).toBe('1\n2');
  expect(await says('wait', '--condition', 'stopped', 'w2')).toBe('2');
  expect(await says('wait', '--ignore', 'nope')).toBe('-1');
  await says('rm', 'w1', 'w2');
});

test('rm -a and -f; --cidfile', async () => {
  const cid = `${directory}/cid`;
  const id = await says('run', '-d', '--cidfile', cid, BUSYBOX, 'sleep', '1000');
  expect(readFileSync(cid, 'utf8').trim()).toBe(id);
  expect((await limpid('run', '--cidfile', cid, BUSYBOX)).err).toBe(
    `Error: cannot write --cidfile "${cid}": the file exists (hint: remove it, or choose another)\n`,
  );
  await says('create', BUSYBOX);
  expect((await says('rm', '-f', '-a', '-t', '0')).split('\n').length).toBe(2);
  expect(await says('ps', '-aq')).toBe('');
});

test('--timeout ends it', async () => {
  expect((await limpid('run', '--rm', '--timeout', '1', BUSYBOX, 'sleep', '100')).code).toBe(137);
});

test('a command that runs while another removes it', async () => {
  await says('run', '-d', '--name', 'going', BUSYBOX, 'sleep', '1000');
  const monitor = await says('inspect', '--format', '{{.State.ConmonPid}}', 'going');
  const descriptors = () => readdirSync(`/proc/${monitor}/fd`).length;
  const before = descriptors();
  const waiting = limpid('wait', 'going');
  await until('the monitor has a client', () => descriptors() > before);
  await says('rm', '-f', '-t', '0', 'going');
  expect(await waiting).toEqual({ code: 0, out: '137\n', err: '' });
});
