import { expect, test } from 'bun:test';
import { printable } from '../../base/printable.ts';
import { parseDeviceRule, planDevices } from './devices.ts';
import type { HostDevice } from './inputs.ts';
import { Reasons } from './reasons.ts';
import { failure, sampleConfig } from './sample.fixture.ts';

const FUSE: HostDevice = { path: '/dev/fuse', type: 'c', major: 10, minor: 229, mode: 0o20666, uid: 0, gid: 0 };
const DISK: HostDevice = { path: '/dev/sda', type: 'b', major: 8, minor: 0, mode: 0o660, uid: 0, gid: 6 };
const SOUND: HostDevice[] = [
  { path: '/dev/snd/seq', type: 'c', major: 116, minor: 1, mode: 0o660, uid: 0, gid: 29 },
  { path: '/dev/snd/timer', type: 'c', major: 116, minor: 33, mode: 0o660, uid: 0, gid: 29 },
];
const NULL: HostDevice = { path: '/dev/null', type: 'c', major: 1, minor: 3, mode: 0o666, uid: 0, gid: 0 };

const plan = (changes: Parameters<typeof sampleConfig>[0], hostDevices: HostDevice[] = []) =>
  planDevices(sampleConfig(changes), { hostDevices }, new Reasons({}));

const DEFAULTS = [
  { allow: false, access: 'rwm' },
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  { allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 5, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 7, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 8, access: 'rwm' },
  { allow: true, type: 'c', major: 1, minor: 9, access: 'rwm' },
  { allow: true, type: 'c', major: 5, minor: 0, access: 'rwm' },
  { allow: true, type: 'c', major: 5, minor: 2, access: 'rwm' },
  { allow: true, type: 'c', major: 136, access: 'rwm' },
];

test('defaults: deny all but what /dev holds', () => {
  expect(plan({}, [DISK])).toEqual({ devices: [], rules: DEFAULTS as never });
});

test('--device, elsewhere and with fewer rights', () => {
  const devices = [{ hostPath: '/dev/fuse', path: '/dev/myfuse', permissions: 'r' }];
  expect(plan({ devices }, [FUSE])).toEqual({
    devices: [{ path: '/dev/myfuse', type: 'c', major: 10, minor: 229, fileMode: 0o666, uid: 0, gid: 0 }],
    rules: [...DEFAULTS, { allow: true, type: 'c', major: 10, minor: 229, access: 'r' }] as never,
  });
});

test('--device of a directory', () => {
  const devices = [{ hostPath: '/dev/snd/', path: '/dev/audio', permissions: 'rwm' }];
  expect(plan({ devices }, [...SOUND, DISK]).devices.map(({ path }) => path)).toEqual([
    '/dev/audio/seq',
    '/dev/audio/timer',
  ]);
  expect(failure(() => plan({ devices: [{ hostPath: '/dev/sn', path: '/dev/sn', permissions: 'r' }] }, SOUND))).toBe(
    'ENODEVICE: cannot add device "/dev/sn": this machine has no device of this path, nor below it',
  );
});

test('privileged: all of the host’s but what a container has of its own', () => {
  const { devices, rules } = plan({ privileged: true }, [NULL, DISK, { ...NULL, path: '/dev/pts/0' }]);
  expect(devices.map(({ path }) => path)).toEqual(['/dev/sda']);
  expect(rules).toEqual([{ allow: true, access: 'rwm' }]);
  const more = [{ hostPath: '/dev/fuse', path: '/dev/fuse', permissions: 'r' }];
  expect(plan({ privileged: true, devices: more }, [FUSE]).rules).toEqual([{ allow: true, access: 'rwm' }]);
});

test('--device-cgroup-rule', () => {
  expect(parseDeviceRule('c 189:* rmw')).toEqual({ allow: true, type: 'c', major: 189, access: 'rmw' });
  expect(parseDeviceRule(' b *:3  r ')).toEqual({ allow: true, type: 'b', minor: 3, access: 'r' });
  expect(parseDeviceRule('a *:* rwm')).toEqual({ allow: true, type: 'a', access: 'rwm' });
  expect(plan({ deviceRules: ['c 1:2 r'] }).rules.at(-1)).toEqual({
    allow: true,
    type: 'c',
    major: 1,
    minor: 2,
    access: 'r',
  });
  for (const bad of ['', 'd 1:2 r', 'c 1 r', 'c 1:2', 'c 1:2 x', 'c -1:2 r', 'c 1:2 rwmr', 'c 1:2 r\nc 1:3 w']) {
    expect(failure(() => parseDeviceRule(bad))).toBe(
      `EOPTION: cannot understand device rule "${printable(bad)}" (hint: a rule is TYPE MAJOR:MINOR ACCESS, such as "c 189:* rwm")`,
    );
  }
});
