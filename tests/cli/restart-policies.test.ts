import { afterEach, expect, test } from 'bun:test';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';
import { until } from './until.ts';
import { kill } from '../kill.ts';

const { directory, limpid, says, begin } = privateWorld();
// What a failed test leaves is not to fail the next.
afterEach(() => limpid('rm', '-f', '-a', '-t', '0'));
const state = (name: string) => says('inspect', '--format', '{{.State.Status}} {{.State.ExitCode}}', name);
const pidOf = async (name: string) => Number(await says('inspect', '--format', '{{.State.Pid}}', name));
/** Whether a run of it is watched, or its policy is being asked, by a command that its monitor has left behind. */
function isGoingOn(id: string): boolean {
  if (existsSync(`${directory}/run/containers/${id}/attach`)) return true;
  return readdirSync('/proc').some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').endsWith(`after-exit\0${id}\0`);
    } catch {
      return false;
    }
  });
}
const restarts = async (name: string) => Number(await says('inspect', '--format', '{{.RestartCount}}', name));

test.each(['always', 'unless-stopped'])('--restart %s starts it again until somebody stops it', async (policy) => {
  const id = await says('run', '-d', '--name', 'again', '--restart', policy, BUSYBOX, 'sleep', '1000');
  const first = await pidOf('again');
  kill(first);
  await until('another process', async () => ![0, first].includes(await pidOf('again')));
  expect(await restarts('again')).toBe(1);
  expect(await says('ps', '--format', '{{.Names}} {{.Restarts}}')).toBe('again 1');
  await says('stop', '-t', '0', 'again');
  await until('the policy to have been asked', () => !isGoingOn(id));
  expect(await state('again')).toBe('exited 137');
  await says('start', 'again');
  expect(await restarts('again')).toBe(0);
  await says('rm', '-f', '-t', '0', 'again');
});

test('--restart on-failure:2 starts again twice', async () => {
  const words = [BUSYBOX, 'sh', '-c', 'echo run; exit 3'];
  const id = await says('run', '-d', '--name', 'fails', '--restart', 'on-failure:2', ...words);
  await until('three runs', async () => (await says('logs', 'fails')).split('\n').length >= 3);
  await until('the policy to have been asked', () => !isGoingOn(id));
  expect([await state('fails'), await restarts('fails')]).toEqual(['exited 3', 2]);
  expect(await says('logs', 'fails')).toBe('run\nrun\nrun');
  await says('rm', 'fails');
});

test('start --all starts what does not run, and only that', async () => {
  await says('create', '--name', 'one', BUSYBOX, 'sleep', '1000');
  const two = await says('create', '--name', 'two', BUSYBOX, 'sleep', '1000');
  await says('start', 'one');
  const pid = await pidOf('one');
  expect(await says('start', '--all')).toBe(two);
  expect(await says('ps', '--format', '{{.Names}} {{.State}}', '--sort', 'names')).toBe('one running\ntwo running');
  expect(await pidOf('one')).toBe(pid);
  await says('rm', '-f', '-t', '0', 'one', 'two');
});

test('ps --watch shows the table again when its time has come', async () => {
  await says('create', '--name', 'seen', BUSYBOX);
  const started = performance.now();
  const watching = begin('ps', '-a', '--watch', '1');
  let text = '';
  for await (const chunk of watching.stdout) {
    text += new TextDecoder().decode(chunk);
    if (text.split('\x1b[H\x1b[2J').length === 3 && text.endsWith('seen\n')) break;
  }
  expect(performance.now() - started).toBeGreaterThanOrEqual(1000);
  watching.kill('SIGKILL');
  await watching.exited;
  const [nothing, first, second] = text.split('\x1b[H\x1b[2J');
  expect(nothing).toBe('');
  for (const table of [first, second]) expect(table).toMatch(/^CONTAINER ID .*\n[0-9a-f]{12} .* seen\n$/);
  await says('rm', 'seen');
});

test('--label-file and --tz', async () => {
  const path = `${directory}/labels`;
  writeFileSync(path, '# by hand\na=1\n\nb\n');
  const id = await says('create', '--label-file', path, '--label', 'a=2', BUSYBOX);
  expect(JSON.parse(await says('inspect', '--format', '{{json .Config.Labels}}', id))).toEqual({ a: '2', b: '' });
  expect((await limpid('create', '--label-file', `${path}.not`, BUSYBOX)).err).toBe(
    `Error: cannot read "${path}.not": there is no such file\n`,
  );
  const inBerlin = ['run', '--rm', '--tz', 'Europe/Berlin', BUSYBOX, 'date', '-d', '@0', '+%H:%M %Z'];
  expect(await says(...inBerlin)).toBe('01:00 CET');
  expect((await limpid('run', '--rm', '--tz', 'Not/There', BUSYBOX, 'true')).code).toBe(125);
});

test('--userns of another container, and of a path', async () => {
  const mapped = ['--uidmap', '0:200000:1000', '--gidmap', '0:200000:1000'];
  await says('run', '-d', '--name', 'mapped', ...mapped, BUSYBOX, 'sleep', '1000');
  const pid = await pidOf('mapped');
  const theirs = readlinkSync(`/proc/${pid}/ns/user`);
  for (const userns of ['container:mapped', `ns:/proc/${pid}/ns/user`]) {
    const inside = await says(
      'run',
      '--rm',
      '--userns',
      userns,
      BUSYBOX,
      'sh',
      '-c',
      'readlink /proc/self/ns/user; cat /proc/self/uid_map',
    );
    expect(inside.split(/\s+/)).toEqual([theirs, '0', '200000', '1000']);
  }
  await says('rm', '-f', '-t', '0', 'mapped');
});
