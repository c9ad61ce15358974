/** What people type who come from podman or Docker, where it is a little more than the options of one command. */
import { beforeAll, expect, test } from 'bun:test';
import { BUSYBOX, finish, privateWorld } from './limpid.ts';
import { until } from './until.ts';

const { directory, program, says, limpid, begin } = privateWorld();
const TRAPS =
  'trap "echo got INT; exit 21" INT; trap "echo got TERM; exit 20" TERM; echo ready; while :; do sleep 0.1; done';

const ready = (times: number) =>
  until('it is ready', async () => (await says('logs', 'lab')).split('ready').length === times + 1);

beforeAll(async () => {
  await says('run', '-d', '--name', 'lab', BUSYBOX, 'sh', '-c', TRAPS);
  await ready(1);
});

test('top with the options of ps asks the ps inside', async () => {
  for (const words of [['-ef'], ['aux'], ['-o', 'pid,args']]) {
    const [heading, first] = (await says('top', 'lab', ...words)).split('\n');
    expect(heading).toStartWith('PID ');
    expect(first!.trim()).toMatch(/^1 .*sh -c trap/);
  }
  expect((await says('top', 'lab', 'args')).split('\n')[0]).toBe('COMMAND');
  expect(await limpid('top', 'nope', '-ef')).toEqual({
    code: 125,
    out: '',
    err: 'Error: cannot find container "nope": there is no such container (hint: `limpid ps -a` lists all)\n',
  });
});

test('top tells ids, groups and the process group', async () => {
  await says('run', '-d', '--name', 'ids', '-u', '1234:1235', '--group-add', '7,0', BUSYBOX, 'sleep', 'infinity');
  const columns = ['user,ruser,group,rgroup', 'groups', 'pgid'];
  const [, ...lines] = (await says('top', 'ids', ...columns)).split('\n');
  expect(lines.map((line) => line.trim().split(/ +/))).toEqual([['1234', '1234', '1235', '1235', 'root,7,1235', '1']]);
  await says('rm', '-f', '-t', '0', 'ids');
});

test('stop and restart by another signal', async () => {
  await says('restart', '-t', '200', '--signal', 'INT', 'lab');
  await ready(2);
  await says('stop', '-t', '200', '-s', 'SIGINT', 'lab');
  expect((await says('logs', 'lab')).split('\n').filter((line) => line.startsWith('got'))).toEqual([
    'got INT',
    'got INT',
  ]);
  expect(await says('inspect', '--format', '{{.State.ExitCode}}', 'lab')).toBe('21');
  expect(await limpid('stop', '-s', 'NOPE', 'lab')).toEqual({
    code: 125,
    out: '',
    err: 'Error: cannot send signal "NOPE": there is no such signal\n',
  });
});

test('times of logs are written as podman and Docker write them', async () => {
  expect((await says('logs', '-t', 'lab')).split('\n')[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z ready$/);
});

test('a world by a relative path, wherever its next command is called from', async () => {
  const world = (...words: string[]) =>
    finish([program, '--root', 'world/root', '--runroot', './world/run', ...words], { cwd: directory });
  const run = ['run', '--name', 'near', '--network', 'none', BUSYBOX, 'echo', 'hi'];
  expect(await world(...run)).toEqual({ code: 0, out: 'hi\n', err: '' });
  const elsewhere = ['--root', `${directory}/world/root/`, '--runroot', `${directory}/world/run`, 'rm', 'near'];
  expect(await finish([program, ...elsewhere], { cwd: '/' })).toEqual({ code: 0, out: 'near\n', err: '' });
});

test('run with options that are empty, as scripts write them', async () => {
  const scalars = [
    'name',
    'hostname',
    'domainname',
    'user',
    'workdir',
    'umask',
    'tz',
    'stop-signal',
    'log-driver',
    'cidfile',
  ];
  const more = ['pidfile', 'pull', 'image-volume', 'platform', 'os', 'arch', 'variant', 'ip', 'ip6', 'mac-address'];
  const empty = [...scalars, ...more].flatMap((name) => [`--${name}`, '']);
  expect(await says('run', '--rm', '--user', '1', ...empty, BUSYBOX, 'sh', '-c', 'id -u; pwd; umask')).toBe(
    '0\n/\n0022',
  );
  expect(await says('logs', '--since', '', '--until', '', '--tail', '0', 'lab')).toBe('');
});

test('stats ends with the container that it is asked about', async () => {
  await says('run', '-d', '--name', 'brief', BUSYBOX, 'sleep', 'infinity');
  const watching = begin('stats', '-i', '1', 'brief');
  await watching.stdout.getReader().read();
  await says('rm', '-f', '-t', '0', 'brief');
  expect(await watching.stderr.text()).toBe(
    'Error: cannot find container "brief": there is no such container (hint: `limpid ps -a` lists all)\n',
  );
  expect(await watching.exited).toBe(125);
});

test('inspect says what was typed', async () => {
  const command = async () =>
    JSON.parse(await says('inspect', '--format', '{{json .Config.CreateCommand}}', 'typed')) as string[];
  const place = ['limpid', '--root', `${directory}/root`, '--runroot', `${directory}/run`];
  const words = ['--network', 'none', '-e', 'A=b c', BUSYBOX, 'echo', '--name', 'typed'];
  await says('create', '--name', 'typed', ...words);
  expect(await command()).toEqual([...place, 'create', '--name', 'typed', ...words]);
  await says('rename', 'typed', 'renamed');
  // The third time it is the launcher that writes it down.
  for (const [time, name] of ['--name=typed', '--name=other', '--name=typed', '--name=typed'].entries()) {
    await says('run', '-d', name, ...words);
    if (time > 1) expect(await command()).toEqual([...place, 'run', '-d', '--name', 'typed', ...words]);
    await says('rm', '-f', '-t', '0', name.slice('--name='.length));
  }
  await says('rm', 'renamed');
});

test('logs of several, one of which is not there', async () => {
  expect(await limpid('logs', 'lab', 'nope')).toEqual({
    code: 125,
    out: '',
    err: 'Error: cannot find container "nope": there is no such container (hint: `limpid ps -a` lists all)\n',
  });
});

test('a log that cannot be opened is told by what asked for it', async () => {
  expect(await limpid('run', '--log-opt', 'path=/nonexistent/log', BUSYBOX, 'true')).toEqual({
    code: 125,
    out: '',
    err: 'Error: cannot open log "/nonexistent/log": ENOENT, no such file or directory, for --log-opt path=/nonexistent/log\n',
  });
});

test('container port is port', async () => {
  expect(await says('container', 'port', 'lab')).toBe('');
});
