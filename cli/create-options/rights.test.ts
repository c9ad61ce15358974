import { expect, test } from 'bun:test';
import { configOf, failureOf } from './request.fixture.ts';

test('capabilities', () => {
  const config = configOf('--cap-add', 'net_admin,CAP_SYS_TIME,NET_ADMIN', '--cap-drop=all');
  expect(config).toMatchObject({ capAdd: ['CAP_NET_ADMIN', 'CAP_SYS_TIME'], capDrop: ['ALL'] });
  expect(config.because['process.capabilities']).toBe('--cap-add net_admin,CAP_SYS_TIME,NET_ADMIN --cap-drop all');
});

test('security options', () => {
  const { security, because } = configOf(
    ...[
      'no-new-privileges',
      'seccomp=profile.json',
      'apparmor=own',
      'label=type:lab_t',
      'mask=/a:/b',
      'unmask=/c',
      'proc-opts=hidepid=2,subset=pid',
    ].flatMap((option) => ['--security-opt', option]),
  );
  expect(security).toEqual({
    noNewPrivileges: true,
    seccomp: '/home/me/here/profile.json',
    apparmor: 'own',
    selinuxLabel: 'system_u:system_r:lab_t:s0',
    mask: ['/a', '/b'],
    unmask: ['/c'],
    procOptions: ['hidepid=2', 'subset=pid'],
  });
  expect(because['linux.seccomp']).toBe('--security-opt seccomp=profile.json');
  expect(configOf('--security-opt', 'seccomp:unconfined').security.seccomp).toBe('unconfined');
  expect(configOf('--security-opt', 'unmask=all').security.unmask).toEqual(['ALL']);
  expect(configOf('--security-opt', 'label=disable').security.selinuxLabel).toBeUndefined();
});

test('devices', () => {
  const config = configOf(
    '--device',
    '/dev/fuse',
    '--device=/dev/sda:/dev/x:r,/dev/null:rw',
    '--device-cgroup-rule',
    'c 1:* rwm',
  );
  expect(config.devices).toEqual([
    { hostPath: '/dev/fuse', path: '/dev/fuse', permissions: 'rwm' },
    { hostPath: '/dev/sda', path: '/dev/x', permissions: 'r' },
    { hostPath: '/dev/null', path: '/dev/null', permissions: 'rw' },
  ]);
  expect(config.deviceRules).toEqual(['c 1:* rwm']);
  expect(config.because['linux.devices[/dev/x]']).toBe('--device /dev/sda:/dev/x');
});

test('ulimits', () => {
  expect(configOf('--ulimit', 'nofile=64:128', '--ulimit=core=-1,nproc=5').ulimits).toEqual([
    { type: 'RLIMIT_NOFILE', soft: 64, hard: 128 },
    { type: 'RLIMIT_CORE', soft: -1, hard: -1 },
    { type: 'RLIMIT_NPROC', soft: 5, hard: 5 },
  ]);
});

test.each([
  [
    ['--cap-add=NET', '--cap-drop=NET'],
    'ECAPABILITY cannot parse capability "NET": Linux has no capability of that name',
  ],
  [['--cap-add=KILL', '--cap-drop=cap_kill'], 'EOPTION cannot use capability "CAP_KILL": it is both added and dropped'],
  [['--security-opt=wat'], 'EOPTION cannot use --security-opt wat: there is no such security option'],
  [['--security-opt=seccomp'], 'EOPTION cannot use --security-opt seccomp: it needs a value behind "="'],
  [['--security-opt=mask=a'], 'EOPTION cannot use --security-opt mask=a: "a" is not an absolute path'],
  [['--device=fuse'], 'EOPTION cannot use "fuse" for --device: HOST[:INSIDE][:rwm] with absolute paths is wanted'],
  [
    ['--device=/dev/a:rr'],
    'EOPTION cannot use "/dev/a:rr" for --device: HOST[:INSIDE][:rwm] with absolute paths is wanted',
  ],
  [['--device-cgroup-rule=x'], 'EOPTION cannot use "x" for --device-cgroup-rule: a rule such as "c 1:3 rwm" is wanted'],
  [['--ulimit=nofile'], 'EOPTION cannot use "nofile" for --ulimit: NAME=SOFT[:HARD] is wanted'],
  [['--ulimit=files=1'], 'EOPTION cannot use "files" for --ulimit: Linux has no limit of that name'],
  [['--ulimit=nofile=2:1'], 'EOPTION cannot use "nofile=2:1" for --ulimit: the soft limit is above the hard one'],
  [['--ulimit=nofile=x'], 'EOPTION cannot use "nofile=x" for --ulimit: a number, or -1 for no limit, is wanted'],
])('%p fails', (words, message) => {
  expect(failureOf(...words)).toStartWith(message);
});
