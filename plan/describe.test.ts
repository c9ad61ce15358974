import { describe, expect, test } from 'bun:test';
import { CLONE_INTO_CGROUP, CLONE_NEWCGROUP, CLONE_NEWNS, CLONE_NEWPID } from '../abi/flags/clone.ts';
import * as MOUNT from '../abi/flags/mount.ts';
import { O_CLOEXEC, O_DIRECTORY, O_PATH, O_RDONLY, O_WRONLY } from '../abi/flags/open.ts';
import { describePlan } from './describe.ts';
import { describeArguments } from './describe/arguments.ts';
import type { Op } from './ops.ts';
import { NONE, SLOT } from './slots.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const ID = '4f5e6d7c8b9a00112233445566778899aabbccddeeff00112233445566778899';

test('one aligned line an operation, reasons in a column', () => {
  const cgroup = `/sys/fs/cgroup/memory/limpid/limpid-${ID}`;
  const plan: Op[] = [
    { op: 'mkdir', stage: 'host', because: '--memory 128m', at: NONE, path: cgroup, mode: 0o755, existOk: false },
    {
      op: 'write',
      stage: 'host',
      because: '--memory 128m',
      at: NONE,
      path: `${cgroup}/memory.limit_in_bytes`,
      flags: O_WRONLY,
      data: bytes('134217728'),
    },
    { op: 'pivot_root', stage: 'child', because: '', slot: SLOT.root },
  ];
  expect(describePlan(plan)).toBe(
    [
      'host   mkdir       /sys/fs/cgroup/memory/limpid/limpid-4f5e6d7c8b9a…  0755                       # --memory 128m',
      'host   write       /sys/fs/cgroup/memory/limpid/limpid-4f5e6d7c8b9a…/memory.limit_in_bytes  "134217728"  # --memory 128m',
      'child  pivot_root  root',
      '',
    ].join('\n'),
  );
});

test('an empty plan is an empty text', () => {
  expect(describePlan([])).toBe('');
});

test('a reason stays on its line', () => {
  expect(describePlan([{ op: 'setsid', stage: 'child', because: 'one\ntwo' }])).toBe('child  setsid    # one two\n');
});

const at = SLOT.root;
const common = { stage: 'child', because: '' } as const;
const noAttributes = { attrSet: 0, attrClear: 0, propagation: 0 };

describe('arguments by their kernel names', () => {
  test.each<[string, Op]>([
    [
      'root = /merged  O_DIRECTORY|O_CLOEXEC|O_PATH',
      { ...common, op: 'open', slot: at, at: NONE, path: '/merged', flags: O_PATH | O_DIRECTORY | O_CLOEXEC, mode: 0 },
    ],
    [
      'oom = /x  O_RDONLY|O_CLOEXEC',
      { ...common, op: 'open', slot: SLOT.oom, at: NONE, path: '/x', flags: O_RDONLY | O_CLOEXEC, mode: 0 },
    ],
    [
      'proc on root:/proc  MS_NOSUID|MS_NODEV|MS_NOEXEC',
      { ...common, op: 'mount', at, target: '/proc', type: 'proc', source: 'proc', flags: 14, data: '' },
    ],
    [
      'tmpfs on root:/dev/shm  from shm  mode=1777,size=65536k',
      {
        ...common,
        op: 'mount',
        at,
        target: '/dev/shm',
        type: 'tmpfs',
        source: 'shm',
        flags: 0,
        data: 'mode=1777,size=65536k',
      },
    ],
    [
      '"/my data" on root:/data  with all below  +MOUNT_ATTR_RDONLY|MOUNT_ATTR_NOATIME  -MOUNT_ATTR__ATIME  MS_SLAVE',
      {
        ...common,
        op: 'bind',
        sourceAt: NONE,
        source: '/my data',
        at,
        target: '/data',
        recursive: true,
        attrSet: MOUNT.MOUNT_ATTR_RDONLY | MOUNT.MOUNT_ATTR_NOATIME,
        attrClear: MOUNT.MOUNT_ATTR__ATIME,
        attrRecursive: false,
        propagation: MOUNT.MS_SLAVE,
        idMap: NONE,
        idMapRecursive: false,
        missingOk: false,
      },
    ],
    [
      '/  MS_PRIVATE  with all below',
      {
        ...common,
        ...noAttributes,
        op: 'mount_setattr',
        at: NONE,
        path: '/',
        recursive: true,
        propagation: MOUNT.MS_PRIVATE,
      },
    ],
    [
      '/m  MNT_DETACH  if mounted',
      { ...common, op: 'umount', at: NONE, path: '/m', flags: MOUNT.MNT_DETACH, missingOk: true },
    ],
    [
      'CLONE_NEWNS|CLONE_NEWPID|CLONE_INTO_CGROUP  into cgroup',
      {
        ...common,
        op: 'clone',
        flags: BigInt(CLONE_NEWNS | CLONE_NEWPID) | CLONE_INTO_CGROUP,
        cgroup: SLOT.cgroup,
        pidfd: 2,
        proc: 1,
        user: NONE,
      },
    ],
    ['CLONE_NEWCGROUP', { ...common, op: 'unshare', flags: CLONE_NEWCGROUP }],
    [
      'root:/dev/null  char 1:3  0666  if missing',
      { ...common, op: 'mknod', at, path: '/dev/null', mode: 0o20666, device: 0x103, existOk: true },
    ],
    [
      'root:/etc/hosts  file  0644',
      { ...common, op: 'mknod', at, path: '/etc/hosts', mode: 0o100644, device: 0, existOk: false },
    ],
    [
      'RLIMIT_NOFILE  soft 1024  hard unlimited',
      { ...common, op: 'setrlimit', resource: 7, soft: 1024, hard: 2n ** 64n - 1n },
    ],
    ['PR_SET_NO_NEW_PRIVS 1', { ...common, op: 'prctl', option: 38, arg2: 1, arg3: 0, arg4: 0, arg5: 0 }],
    ['PR_SET_PDEATHSIG SIGKILL', { ...common, op: 'prctl', option: 1, arg2: 9, arg3: 0, arg4: 0, arg5: 0 }],
    ['CHOWN,NET_RAW', { ...common, op: 'bounding', mask: 0x2001n }],
    ['NET_RAW,0x20000000000', { ...common, op: 'ambient', mask: 0x20000002000n }],
    [
      'effective+permitted CHOWN  inheritable none',
      { ...common, op: 'capset', effective: 1, permitted: 1, inheritable: 0 },
    ],
    [
      'effective+permitted+inheritable all',
      { ...common, op: 'capset', effective: 0x1ffffffffffn, permitted: 0x1ffffffffffn, inheritable: 0x1ffffffffffn },
    ],
    [
      'program of 2 instructions (fnv 88201fb960ff6465)',
      { ...common, op: 'seccomp', flags: 0, program: new Uint8Array(16) },
    ],
    [
      '/p  3 bytes (fnv f9210a1be4164051)',
      { ...common, op: 'write', at: NONE, path: '/p', flags: O_WRONLY, data: new Uint8Array([0xff, 0, 1]) },
    ],
    ['/p  "a\\nb"', { ...common, op: 'write', at: NONE, path: '/p', flags: O_WRONLY, data: bytes('a\nb') }],
    [
      'sh -c "echo hi"  env "A=b c"',
      { ...common, op: 'exec', candidates: ['/bin/sh'], argv: ['sh', '-c', 'echo hi'], env: ['A=b c'] },
    ],
    [
      'protocol 16  message of 4 bytes (fnv 4d25767f9dce13f5)',
      { ...common, op: 'netlink', protocol: 16, message: new Uint8Array(4) },
    ],
  ])('%s', (text, op) => {
    expect(describeArguments(op)).toBe(text);
  });
});

test('loopback going up is told as such', () => {
  const message = new DataView(new ArrayBuffer(32));
  message.setUint32(0, 32, true);
  message.setUint16(4, 16, true);
  message.setInt32(20, 1, true);
  message.setUint32(24, 1, true);
  message.setUint32(28, 1, true);
  const op: Op = { ...common, op: 'netlink', protocol: 0, message: new Uint8Array(message.buffer) };
  expect(describeArguments(op)).toBe('RTM_NEWLINK  lo up');
});
