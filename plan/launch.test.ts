import { describe, expect, test } from 'bun:test';
import { LimpidError } from '../base/error.ts';
import type { Mount, RuntimeSpec } from '../spec/runtime.ts';
import { V2 } from '../tests/golden/facts.ts';
import { CONTEXT, DEFAULT_SPEC, namespaces } from '../tests/golden/specs.ts';
import { planLaunch } from './launch.ts';
import { deviceNumber } from './devices.ts';
import { cleanTarget } from './parse-mounts.ts';
import type { Op } from './ops.ts';
import { overlayData } from './overlay.ts';

const { linux, process } = DEFAULT_SPEC;
const launch = (changes: Partial<RuntimeSpec>): readonly Op[] =>
  planLaunch({ ...DEFAULT_SPEC, ...changes }, CONTEXT, V2);
const failure = (changes: Partial<RuntimeSpec>): string => {
  try {
    return `no error, but ${launch(changes).length} operations`;
  } catch (error) {
    return error instanceof LimpidError ? `${error.code}: ${error.message}` : String(error);
  }
};

describe('what cannot be planned', () => {
  const linuxWith = (changes: Partial<typeof linux> & RuntimeSpec['linux']): Partial<RuntimeSpec> => ({
    linux: { ...linux, ...changes },
  });
  const mount = (changes: Partial<Mount>): Partial<RuntimeSpec> => ({
    mounts: [{ destination: '/x', type: 'bind', source: '/y', options: ['rbind'], ...changes }],
  });

  test.each([
    [
      'linux.namespaces',
      linuxWith({ namespaces: namespaces('pid') }),
      'a container needs a mount namespace of its own, or one to join',
    ],
    ['linux.namespaces', linuxWith({ namespaces: namespaces('mount', 'mount') }), '"mount" is listed twice'],
    [
      'linux.uidMappings',
      linuxWith({ namespaces: namespaces('mount', 'uts', 'user') }),
      'a new user namespace needs user and group mappings',
    ],
    [
      'hostname',
      linuxWith({ namespaces: namespaces('mount') }),
      'would be set for the host: the container has no uts namespace of its own',
    ],
    ['linux.netDevices', linuxWith({ netDevices: { eth0: {} } }), 'limpid has no operation for it yet'],
    ['linux.rootfsPropagation', linuxWith({ rootfsPropagation: 'loose' }), '"loose" is no propagation'],
    ['mounts[/]', mount({ destination: '/' }), 'the root itself cannot be mounted over'],
    ['mounts[/a/..]', mount({ destination: '/a/..' }), 'the root itself cannot be mounted over'],
    ['mounts[/x]', mount({ source: 'y' }), 'the source "y" is no absolute path'],
    ['mounts[/x]', mount({ options: ['rbind', 'idmap'] }), 'ids are mapped by uidMappings and gidMappings together'],
    [
      'linux.sysctl[net.ipv4.ip_forward]',
      linuxWith({ sysctl: { 'net.ipv4.ip_forward': '1' }, namespaces: namespaces('mount', 'uts') }),
      '"net.ipv4.ip_forward" would be set for the host: the container has no network namespace of its own',
    ],
    [
      'linux.sysctl[net.ipv4.../x]',
      linuxWith({ sysctl: { 'net.ipv4.../x': '1' } }),
      '"net.ipv4.../x" is no name of a sysctl',
    ],
    [
      'linux.sysctl[net/../kernel/panic]',
      linuxWith({ sysctl: { 'net/../kernel/panic': '1' } }),
      '"net/../kernel/panic" is no name of a sysctl',
    ],
  ] as [string, Partial<RuntimeSpec>, string][])('%s', (field, changes, why) => {
    expect(failure(changes)).toBe(`ESPEC: cannot plan "${field}": ${why}`);
  });

  test('a sysctl of the whole host', () => {
    expect(failure(linuxWith({ sysctl: { 'kernel.panic': '1' } }))).toBe(
      'ESPEC: cannot plan "linux.sysctl[kernel.panic]": "kernel.panic" belongs to the whole host (hint: net.*, fs.mqueue.* and the IPC ones can be set)',
    );
  });
});

test('a sysctl’s first separator decides what the others are', () => {
  const sysctl = { 'net.ipv4.conf.eth0/100.forwarding': '1', 'net/ipv4/conf/eth0.100/forwarding': '0' };
  const paths = launch({ linux: { ...linux, sysctl } }).flatMap((op) =>
    op.op === 'write' && op.stage === 'child' ? [op.path] : [],
  );
  expect(paths).toEqual(['/proc/sys/net/ipv4/conf/eth0.100/forwarding', '/proc/sys/net/ipv4/conf/eth0.100/forwarding']);
});

describe('targets of mounts', () => {
  const made = (mounts: Mount[]) =>
    launch({ mounts, linux: { ...linux, maskedPaths: [], readonlyPaths: [] } })
      .slice(0, -1)
      .flatMap((op) =>
        op.stage === 'child' && (op.op === 'mkdir' || op.op === 'mount')
          ? [`${op.op} ${op.op === 'mkdir' ? op.path : op.target}`]
          : [],
      );
  const tmpfs = (destination: string): Mount => ({ destination, type: 'tmpfs' });

  test('are made once, and again below a new mount', () => {
    expect(made([tmpfs('/a/b'), tmpfs('/a/c'), tmpfs('/a'), tmpfs('/a/b')])).toEqual([
      ...['mkdir /a', 'mkdir /a/b', 'mount /a/b', 'mkdir /a/c', 'mount /a/c', 'mount /a', 'mkdir /a/b', 'mount /a/b'],
      'mkdir /dev',
    ]);
  });

  test('are not made where the kernel has them', () => {
    expect(made([{ destination: '/sys', type: 'sysfs' }, tmpfs('/sys/fs/x'), tmpfs('/sys/fs/x/y')])).toEqual([
      ...['mkdir /sys', 'mount /sys', 'mount /sys/fs/x', 'mkdir /sys/fs/x/y', 'mount /sys/fs/x/y', 'mkdir /dev'],
    ]);
  });

  test.each([
    ['/a//b/./c/', '/a/b/c'],
    ['a', '/a'],
    ['/../../etc/x/..', '/etc'],
  ])('%s is %s', (destination, target) => {
    expect(cleanTarget(destination)).toBe(target);
  });
});

test('overlay options take commas, colons and backslashes in paths literally', () => {
  const data = overlayData({
    lower: ['/a:b', '/c,d\\'],
    upper: '/u:,',
    work: '/w',
    volatile: true,
  });
  expect(data).toBe('lowerdir=/a\\:b:/c\\,d\\\\,upperdir=/u:\\,,workdir=/w,volatile');
});

test.each([
  [1, 3, 0x103n],
  [8, 300, 0x10082cn],
  [0xfff, 0xfffff, 0xffffffffn],
])('device %i:%i is %p', (major, minor, number) => {
  expect(deviceNumber(major, minor)).toBe(number);
});

test('a bound /dev is left as it is', () => {
  const mounts: Mount[] = [{ destination: '/dev', type: 'bind', source: '/dev', options: ['rbind'] }];
  expect(launch({ mounts }).filter(({ op }) => op === 'mknod')).toEqual([]);
});

test('a joined mount namespace brings its root along', () => {
  const joined = {
    ...linux,
    namespaces: [...namespaces('pid', 'uts', 'cgroup'), { type: 'mount' as const, path: '/proc/7/ns/mnt' }],
  };
  const ops = launch({ linux: joined, process: { ...process, terminal: true } } as Partial<RuntimeSpec>);
  const inside = ops.filter(({ stage }) => stage === 'child' || stage === 'init').map(({ op }) => op);
  expect(inside.slice(0, inside.indexOf('keyctl_join'))).toEqual([
    ...(['setsid', 'open', 'sethostname', 'await', 'unshare', 'setns', 'open', 'terminal'] as const),
    ...(['close', 'close', 'close', 'close'] as const),
  ]);
});
