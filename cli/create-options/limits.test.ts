import { expect, test } from 'bun:test';
import type { Resources } from '../../spec/runtime.ts';
import { configOf, failureOf } from './request.fixture.ts';

test.each<[string[], Resources]>([
  [['-m', '1g', '--memory-swap', '-1'], { memory: { limit: 1073741824, swap: -1 } }],
  [
    ['-m', '1g', '--memory-swap=2g', '--memory-reservation=512m'],
    { memory: { limit: 1073741824, swap: 2147483648, reservation: 536870912 } },
  ],
  [['--memory-swappiness=0', '--oom-kill-disable'], { memory: { swappiness: 0, disableOOMKiller: true } }],
  [['-c', '512', '--cpuset-cpus', '0-1,3', '--cpuset-mems=0'], { cpu: { shares: 512, cpus: '0-1,3', mems: '0' } }],
  [['--cpu-shares=2'], { cpu: { shares: 2 } }],
  [['--cpu-shares=262144'], { cpu: { shares: 262144 } }],
  [['--cpu-period=50000', '--cpu-quota=25000'], { cpu: { period: 50000, quota: 25000 } }],
  [
    ['--cpu-rt-period=1000000', '--cpu-rt-runtime=950000'],
    { cpu: { realtimePeriod: 1000000, realtimeRuntime: 950000 } },
  ],
  [['--cpus=4'], { cpu: { quota: 400000, period: 100000 } }],
  [
    [
      '--blkio-weight=100',
      '--blkio-weight-device',
      '/dev/sda:200',
      '--device-read-bps=/dev/sda:1mb',
      '--device-write-iops',
      '/dev/sda:99',
    ],
    {
      blockIO: {
        weight: 100,
        weightDevice: [{ major: 8, minor: 0, weight: 200 }],
        throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1048576 }],
        throttleWriteIOPSDevice: [{ major: 8, minor: 0, rate: 99 }],
      },
    },
  ],
  [['--cgroup-conf', 'memory.high=100M'], { unified: { 'memory.high': '100M' } }],
])('%p', (words, resources) => {
  expect(configOf(...words).resources).toEqual({ ...resources, pids: { limit: 2048 } });
});

test('no limit of processes', () => {
  expect(configOf('--pids-limit=-1').resources).toEqual({});
  expect(configOf('--pids-limit=0').resources).toEqual({});
});

test('cgroups', () => {
  expect(configOf('--cgroups=enabled').cgroupParent).toBeUndefined();
  expect(configOf('--cgroup-parent=/lab')).toMatchObject({ cgroupParent: '/lab' });
  expect(configOf('--cgroup-parent=lab').because['linux.cgroupsPath']).toBe('--cgroup-parent lab');
  const { because } = configOf('--cgroup-conf=memory.high=1m', '--cgroup-conf=io.max=1:1 rbps=1');
  expect(because['linux.resources.unified.io.max']).toBe('--cgroup-conf io.max=1:1 rbps=1');
});

test.each([
  [['--memory=1'], '--memory 1: the kernel starts no process in less than 512k'],
  [['--memory=1x'], '"1x" for --memory: a size such as "128m" is wanted (b, k, m, g, t)'],
  [['-m', '100m', '--memory-swap=50m'], '--memory-swap 50m: memory and swap together cannot be less than -m 100m'],
  [['--memory-swap=50m'], '--memory-swap 50m: it needs --memory'],
  [
    ['-m', '1g', '--memory-swap=lots'],
    '"lots" for --memory-swap: a size such as "256m", or -1 for no limit, is wanted',
  ],
  [['-m', '1m', '--memory-reservation=2m'], '--memory-reservation 2m: it is more than -m 1m'],
  [['--memory-swappiness=101'], '--memory-swappiness 101: 0 to 100, or -1, is wanted'],
  [['--cpus=5'], '--cpus 5: this host has 4 CPUs'],
  [['--cpus=-1'], '--cpus -1: at least 0.01 is wanted'],
  [['--cpus=0.001'], '--cpus 0.001: at least 0.01 is wanted'],
  [['--cpus=1', '--cpu-quota=5000'], '--cpus 1: it excludes --cpu-quota 5000'],
  [['--cpu-quota=10'], '--cpu-quota 10: at least 1000, or -1, is wanted'],
  [['--cpu-period=10'], '--cpu-period 10: 1000 to 1000000 is wanted'],
  [['--cpus=1', '--cpu-period=5000'], '--cpus 1: it excludes --cpu-period 5000'],
  [['--cpu-shares=1'], '--cpu-shares 1: 2 to 262144 is wanted'],
  [['--cpu-shares=262145'], '--cpu-shares 262145: 2 to 262144 is wanted'],
  [['--cpuset-cpus=3-1'], '--cpuset-cpus 3-1: a list such as 0-3,5 is wanted'],
  [['--blkio-weight=5'], '--blkio-weight 5: 10 to 1000 is wanted'],
  [['--device-read-bps=/dev/nope:1'], '"/dev/nope:1" for --device-read-bps: there is no device "/dev/nope"'],
  [['--device-read-iops=/dev/sda:1m'], '"/dev/sda:1m" for --device-read-iops: DEVICE:a number is wanted'],
  [['--cgroup-conf=../x=1'], '"../x" for --cgroup-conf: the name of a cgroup v2 file is wanted'],
  [['--cgroups=disabled'], '"disabled" for --cgroups: must be one of "enabled"'],
  [['--cgroup-parent=/a/../..'], '--cgroup-parent /a/../..: a path without ".." is wanted'],
])('%p fails', (words, message) => {
  expect(failureOf(...words)).toBe(`EOPTION cannot use ${message}`);
});
