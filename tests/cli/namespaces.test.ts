import { beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, readlinkSync } from 'node:fs';
import { BUSYBOX, privateWorld } from './limpid.ts';
import { until } from './until.ts';

const { says, limpid } = privateWorld();
const run = (...words: string[]) => says('run', '--rm', ...words);
const TYPES = [
  'cgroup',
  'ipc',
  'mnt',
  'net',
  'pid',
  'user',
  'uts',
  ...(existsSync('/proc/self/ns/time') ? ['time'] : []),
];

/** The namespaces that a container with these options has, by type. */
async function namespaces(...options: string[]): Promise<Record<string, string>> {
  const out = await run(
    ...options,
    BUSYBOX,
    'sh',
    '-c',
    `for t in ${TYPES.join(' ')}; do readlink /proc/self/ns/$t; done`,
  );
  return Object.fromEntries(out.split('\n').map((link) => [link.split(':')[0]!, link]));
}
const ours = Object.fromEntries(TYPES.map((type) => [type, readlinkSync(`/proc/self/ns/${type}`)]));
const sharedWith = (them: Record<string, string>, others: Record<string, string>) =>
  TYPES.filter((type) => them[type] === others[type]);

test.each([[], ['--userns=host']])(
  'by itself it shares users and clocks with the host, and nothing else %s',
  async (...options) => {
    expect(sharedWith(await namespaces(...options), ours)).toEqual(
      ['user', 'time'].filter((type) => TYPES.includes(type)),
    );
  },
);

const HOST: readonly (readonly [option: string, type: string])[] = [
  ['--network=host', 'net'],
  ['--pid=host', 'pid'],
  ['--ipc=host', 'ipc'],
  ['--uts=host', 'uts'],
  ['--cgroupns=host', 'cgroup'],
];
for (const [option, type] of HOST) {
  test(option, async () =>
    expect(sharedWith(await namespaces(option), ours).filter((one) => one !== 'user' && one !== 'time')).toEqual([
      type,
    ]),
  );
}
const OWN: readonly (readonly [option: string, type: string])[] = [
  ['--network=none', 'net'],
  ['--pid=private', 'pid'],
  ['--ipc=private', 'ipc'],
  ['--ipc=none', 'ipc'],
  ['--ipc=shareable', 'ipc'],
  ['--uts=private', 'uts'],
  ['--cgroupns=private', 'cgroup'],
];
for (const [option, type] of OWN) {
  test(`${option} is one of its own`, async () =>
    expect(sharedWith(await namespaces(option), ours)).not.toContain(type));
}

describe('container:NAME and ns:PATH', () => {
  let pid = '';
  let first: Record<string, string> = {};
  beforeAll(async () => {
    await says(
      'run',
      '-d',
      '--name',
      'first',
      '--ipc',
      'shareable',
      '--hostname',
      'one',
      BUSYBOX,
      'sh',
      '-c',
      'echo x > /dev/shm/file; exec sleep 1000',
    );
    pid = await says('inspect', '-f', '{{.State.Pid}}', 'first');
    await until('the file', async () => (await limpid('exec', 'first', 'cat', '/dev/shm/file')).out === 'x\n');
    first = Object.fromEntries(TYPES.map((type) => [type, readlinkSync(`/proc/${pid}/ns/${type}`)]));
  });
  for (const [option, type] of [
    ['network', 'net'],
    ['pid', 'pid'],
    ['ipc', 'ipc'],
    ['uts', 'uts'],
    ['cgroupns', 'cgroup'],
  ] as const) {
    test(`--${option}`, async () => {
      for (const value of ['container:first', `ns:/proc/${pid}/ns/${type}`]) {
        const shared = sharedWith(await namespaces(`--${option}=${value}`), first);
        expect(shared.filter((one) => one !== 'user' && one !== 'time')).toEqual([type]);
      }
    });
  }
  test('what is joined is really shared', async () => {
    await until('sleep to be process 1', async () => {
      return (await run('--pid=container:first', BUSYBOX, 'cat', '/proc/1/comm')) === 'sleep';
    });
    expect(await run('--ipc=container:first', BUSYBOX, 'cat', '/dev/shm/file')).toBe('x');
    expect(await run('--uts=container:first', BUSYBOX, 'hostname')).toBe('one');
  });
  test('one that is private, stopped or no namespace is refused', async () => {
    await says('run', '-d', '--name', 'closed', BUSYBOX, 'sleep', '1000');
    const { code, err } = await limpid('run', '--rm', '--ipc', 'container:closed', BUSYBOX, 'true');
    expect([code, err]).toEqual([
      125,
      'Error: cannot join the IPC namespace of container "closed": it is private (hint: run "closed" with --ipc shareable)\n',
    ]);
    await says('kill', 'closed');
    await says('wait', 'closed');
    const dead = await limpid('run', '--rm', '--network', 'container:closed', BUSYBOX, 'true');
    expect([dead.code, dead.err.split('\n').length]).toEqual([125, 2]);
    expect(dead.err).toContain('it is not running');
    const none = await limpid('run', '--rm', '--network', 'ns:/etc/passwd', BUSYBOX, 'true');
    expect([none.code, none.err.split('\n').length]).toEqual([125, 2]);
    expect(none.err).toContain('"/etc/passwd"');
  });
});

test('--ipc=none has no /dev/shm', async () => {
  expect(await run('--ipc=none', BUSYBOX, 'sh', '-c', 'test -e /dev/shm || echo none')).toBe('none');
});

describe('users', () => {
  const MAP = ['--uidmap', '0:100000:65536', '--gidmap', '0:200000:65536'];
  test('--uidmap, --gidmap: root inside is another outside', async () => {
    expect(await run(...MAP, BUSYBOX, 'sh', '-c', 'id -u; cat /proc/self/uid_map /proc/self/gid_map | tr -s " "')).toBe(
      '0\n 0 100000 65536\n 0 200000 65536',
    );
    await says('run', '-d', '--name', 'mapped', ...MAP, BUSYBOX, 'sleep', '1000');
    const pid = await says('inspect', '-f', '{{.State.Pid}}', 'mapped');
    const status = await Bun.file(`/proc/${pid}/status`).text();
    expect([/^Uid:\t(\d+)/m.exec(status)![1], /^Gid:\t(\d+)/m.exec(status)![1]]).toEqual(['100000', '200000']);
    expect(await says('exec', 'mapped', 'sh', '-c', 'id -u; touch /made && stat -c %u /made /bin')).toBe('0\n0\n0');
  });
});

test.skipIf(!existsSync('/proc/self/ns/time'))('--time-offset: clocks of its own', async () => {
  const [monotonic] = (
    await run('--time-offset', 'monotonic=864000,boottime=864000', BUSYBOX, 'cat', '/proc/uptime')
  ).split(' ');
  expect(Number(monotonic)).toBeGreaterThan(864_000);
  expect(await run('--timens', 'private', BUSYBOX, 'readlink', '/proc/self/ns/time')).not.toBe(ours['time']!);
});

test('a network of its own has loopback alone, and it is up', async () => {
  expect(await run(BUSYBOX, 'ls', '/sys/class/net')).toBe('lo');
  const out = await run(BUSYBOX, 'sh', '-c', 'ip -o addr show lo | grep -c 127.0.0.1/8; cat /sys/class/net/lo/flags');
  // IFF_UP and IFF_LOOPBACK.
  expect(out).toBe('1\n0x9');
});
