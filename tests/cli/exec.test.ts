import { beforeAll, describe, expect, test } from 'bun:test';
import { writeFileSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';
import { until } from './until.ts';

const { directory, says, limpid, limpidWith } = privateWorld();
const inside = (...words: string[]) => says('exec', ...words);

beforeAll(() =>
  says(
    'run',
    '-d',
    '--name',
    'lab',
    '-e',
    'FROM=run',
    '--user',
    'www-data',
    '--workdir',
    '/tmp',
    BUSYBOX,
    'sleep',
    'infinity',
  ),
);

test('what is not said is as for the first process', async () => {
  expect(await inside('lab', 'sh', '-c', 'id -un; pwd; echo $FROM')).toBe('www-data\n/tmp\nrun');
});

test('--user by name, number, with a group', async () => {
  expect(await inside('-u', 'root', 'lab', 'id')).toBe('uid=0(root) gid=0(root)');
  expect(await inside('-u', '4242:100', 'lab', 'id')).toBe('uid=4242 gid=100(users) groups=100(users)');
});

test('--env, --env-file and --env of this side', async () => {
  writeFileSync(`${directory}/env`, '# comment\nFILE=from file\nTAKEN\n');
  const words = ['exec', '--env-file', `${directory}/env`, '-e', 'A=b c', '-e', 'FROM', 'lab', 'env'];
  const { out } = await limpidWith({ env: { FROM: 'here', TAKEN: 'too' } }, ...words);
  const lines = out.split('\n');
  for (const line of ['A=b c', 'FILE=from file', 'FROM=here', 'TAKEN=too']) expect(lines).toContain(line);
});

test('--workdir', async () => expect(await inside('-w', '/etc', 'lab', 'pwd')).toBe('/etc'));

test('stdin, both outputs, exit code', async () => {
  const result = await limpidWith({ input: 'words' }, 'exec', '-i', 'lab', 'sh', '-c', 'cat; echo err >&2; exit 42');
  expect(result).toEqual({ code: 42, out: 'words', err: 'err\n' });
});

test('128+n for a signal', async () => {
  expect((await limpid('exec', 'lab', 'sh', '-c', 'kill -USR1 $$; sleep 100')).code).toBe(138);
});

test('--privileged has every capability, without it those of the container', async () => {
  const effective = async (...options: string[]) =>
    BigInt(`0x${(await inside('-u', '0', ...options, 'lab', 'grep', 'CapEff', '/proc/self/status')).split('\t')[1]}`);
  const all = await effective('--privileged');
  expect(all & (1n << 21n)).toBe(1n << 21n);
  expect((await effective()) & (1n << 21n)).toBe(0n);
  // Another user has none of its own.
  expect(await inside('lab', 'grep', 'CapEff', '/proc/self/status')).toBe('CapEff:\t0000000000000000');
});

describe('-d', () => {
  test('leaves it running in the background', async () => {
    expect((await limpid('exec', '-d', 'lab', 'sh', '-c', 'echo done > /tmp/done; sleep 1000')).code).toBe(0);
    await until('it to have written', async () => (await limpid('exec', 'lab', 'cat', '/tmp/done')).out === 'done\n');
    expect(await inside('lab', 'sh', '-c', 'ps | grep -c "[s]leep 1000"')).toBe('1');
  });
});

test('it is in the cgroup and all namespaces of the container', async () => {
  const look = 'for ns in /proc/self/ns/*; do readlink $ns; done | sort; sed "s/.*://" /proc/self/cgroup | sort -u';
  const [first, second] = [await inside('lab', 'sh', '-c', look), await inside('lab', 'sh', '-c', look)];
  expect(first).toBe(second);
  const pid = await says('inspect', '--format', '{{.State.Pid}}', 'lab');
  const { stdout } = Bun.spawnSync(['sh', '-c', `readlink /proc/${pid}/ns/* | sort`]);
  // pid_for_children and time_for_children are there too.
  expect(first.split('\n').slice(0, -1)).toEqual(stdout.toString().trim().split('\n'));
  expect(first.split('\n').at(-1)).toBe('/');
});

test('it ends with the container', async () => {
  await says('run', '-d', '--name', 'brief', BUSYBOX, 'sleep', 'infinity');
  const running = limpid('exec', 'brief', 'sh', '-c', 'echo up > /up; sleep 1000');
  await until('it to run', async () => (await limpid('exec', 'brief', 'test', '-e', '/up')).code === 0);
  await says('kill', 'brief');
  expect((await running).code).toBe(137);
  await says('rm', '-f', 'brief');
});
