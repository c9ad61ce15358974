import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import type { Op, Plan } from '../../plan/ops.ts';
import { encodePlan } from '../../plan/wire.ts';
import { child, cleanup, CLONE_NEWNS, host, outcome, run, Scratch, supervised } from './native-harness.ts';

const [ENOENT, ESRCH, ENOEXEC, EBADF, EACCES, EEXIST, ENOTDIR, EINVAL, ENOTTY, EPROTO, ECONNRESET, EADDRINUSE] = [
  2, 3, 8, 9, 13, 17, 20, 22, 25, 71, 104, 98,
];
const clone = host({ op: 'clone', flags: CLONE_NEWNS, cgroup: -1, pidfd: -1, proc: -1, user: -1 });

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.drop());

const failed = (index: number, errno: number, call: string) => ({ type: 4, text: `${index} ${errno} ${call}` });
const openScratch = () => host({ op: 'open', slot: 5, at: -1, path: scratch.path, flags: 0o10200000, mode: 0 });
const exec = (...candidates: string[]) => child({ op: 'exec', candidates, argv: ['x'], env: [] });

describe('the failed operation, its errno and its call are told exactly', () => {
  const CASES: [string, () => Plan, number, number, string][] = [
    [
      'mkdir without parent',
      () => [openScratch(), host({ op: 'mkdir', at: 5, path: 'a/b', mode: 0o700, existOk: false })],
      1,
      ENOENT,
      'openat2',
    ],
    [
      'mkdir on an existing one',
      () => [openScratch(), host({ op: 'mkdir', at: -1, path: scratch.path, mode: 0o700, existOk: false })],
      1,
      EEXIST,
      'mkdirat',
    ],
    [
      'mkdir of the root itself',
      () => [openScratch(), host({ op: 'mkdir', at: 5, path: '/', mode: 0o700, existOk: false })],
      1,
      EEXIST,
      'open',
    ],
    [
      'mkdir where a file is, existOk or not',
      () => [host({ op: 'mkdir', at: -1, path: plainFile(0o644), mode: 0o700, existOk: true })],
      0,
      EEXIST,
      'mkdirat',
    ],
    [
      'relative host path',
      () => [host({ op: 'open', slot: 1, at: -1, path: 'etc', flags: 0, mode: 0 })],
      0,
      EINVAL,
      'open',
    ],
    [
      'an empty slot',
      () => [host({ op: 'write', at: 9, path: 'x', flags: 1, data: new Uint8Array(1) })],
      0,
      EBADF,
      'openat2',
    ],
    ['close of nothing', () => [host({ op: 'close', slot: 3 })], 0, EBADF, 'close'],
    [
      'unlink of what is missing',
      () => [host({ op: 'unlink', at: -1, path: scratch.file('x'), missingOk: false })],
      0,
      ENOENT,
      'unlinkat',
    ],
    [
      'unknown file system',
      () => [clone, child({ op: 'mount', at: -1, target: scratch.path, type: 'nofs', source: '', flags: 0, data: '' })],
      1,
      19,
      'mount',
    ],
    [
      'bind of what is missing',
      () => [
        host({
          op: 'bind',
          sourceAt: -1,
          source: scratch.file('x'),
          at: -1,
          target: scratch.path,
          recursive: false,
          attrSet: 0,
          attrClear: 0,
          attrRecursive: false,
          propagation: 0,
          idMap: -1,
          idMapRecursive: false,
          missingOk: false,
        }),
      ],
      0,
      ENOENT,
      'open',
    ],
    [
      'umount of no mount',
      () => [host({ op: 'umount', at: -1, path: scratch.path, flags: 0, missingOk: false })],
      0,
      EINVAL,
      'umount2',
    ],
    [
      'pivot_root to no mount',
      () => [openScratch(), clone, child({ op: 'pivot_root', slot: 5 })],
      2,
      EINVAL,
      'pivot_root',
    ],
    [
      'setns with no namespace',
      () => [
        host({ op: 'open', slot: 5, at: -1, path: '/dev/null', flags: 0, mode: 0 }),
        clone,
        child({ op: 'setns', slot: 5, flags: 0x20000 }),
      ],
      2,
      EINVAL,
      'setns',
    ],
    [
      'write_pid with no process',
      () => [host({ op: 'write_pid', at: -1, path: scratch.file('x'), flags: 0o101 })],
      0,
      ESRCH,
      'write',
    ],
    [
      'write refused by the kernel',
      () => [
        clone,
        child({ op: 'write', at: -1, path: '/proc/self/oom_score_adj', flags: 1, data: Buffer.from('5000') }),
      ],
      1,
      EINVAL,
      'write',
    ],
    [
      'seccomp without a program',
      () => [clone, child({ op: 'seccomp', flags: 0, program: new Uint8Array(7) })],
      1,
      EINVAL,
      'seccomp',
    ],
    [
      'netlink to nobody',
      () => [host({ op: 'netlink', protocol: 0, message: netlinkDelete(99999) })],
      0,
      19,
      'netlink',
    ],
    [
      'netlink of a wrong length',
      () => [host({ op: 'netlink', protocol: 0, message: new Uint8Array([9, 0, 0, 0]) })],
      0,
      EINVAL,
      'netlink',
    ],
    [
      'bpf of nonsense',
      () => [openScratch(), host({ op: 'device_filter', cgroup: 5, program: new Uint8Array(8) })],
      1,
      EINVAL,
      'bpf',
    ],
    [
      'rlimit, soft above hard',
      () => [clone, child({ op: 'setrlimit', resource: 7, soft: 20, hard: 10 })],
      1,
      EINVAL,
      'prlimit64',
    ],
    ['chdir', () => [clone, child({ op: 'chdir', path: scratch.file('x') })], 1, ENOENT, 'chdir'],
    [
      'log driver',
      () => [host({ op: 'log', driver: 'syslog', path: '/x', maxBytes: 0, maxFiles: 0 })],
      0,
      EINVAL,
      'log',
    ],
    [
      'ptmx that is none',
      () => [ptmx(), openScratch(), clone, child({ op: 'terminal', at: 5, bindConsole: false, uid: 0 })].flat(),
      2,
      ENOTTY,
      'ptmx',
    ],
    ['exec of what is missing', () => [clone, exec('/no/x', '/bin/busybox/x')], 1, ENOTDIR, 'execve'],
    ['exec of what may not be run', () => [clone, exec(plainFile(0o644), '/no/x')], 1, EACCES, 'execve'],
    [
      'exec of what is no program',
      () => [clone, exec('/no/x', plainFile(0o755), '/bin/busybox')],
      1,
      ENOEXEC,
      'execve',
    ],
    [
      'the wrong gate',
      () => [clone, host({ op: 'await', gate: 1 }), child({ op: 'release', gate: 2 })],
      1,
      EPROTO,
      'await',
    ],
    ['a gate nobody opens', () => [clone, child({ op: 'await', gate: 1 })], 1, ECONNRESET, 'await'],
  ];

  // The rest of /dev/pts/ptmx is an ordinary file here.
  function ptmx(): Op[] {
    mkdirSync(scratch.file('dev/pts'), { recursive: true });
    writeFileSync(scratch.file('dev/pts/ptmx'), '');
    return [];
  }

  function plainFile(mode: number): string {
    writeFileSync(scratch.file('plain'), 'neither ELF nor script', { mode });
    return scratch.file('plain');
  }

  test.each(CASES)('%s', async (_, plan, index, errno, call) => {
    expect(await outcome(plan())).toEqual(failed(index, errno, call));
  });
});

/** RTM_DELLINK for an interface index, with NLM_F_REQUEST | NLM_F_ACK. */
function netlinkDelete(index: number): Uint8Array {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32LE(32, 0);
  bytes.writeUInt16LE(17, 4);
  bytes.writeUInt16LE(5, 6);
  bytes.writeInt32LE(index, 20);
  return bytes;
}

test("the child's failure is told where the host stumbles over it; its process is gone, clean-up was done", async () => {
  const { control, monitor } = run([
    host({ op: 'mkdir', at: -1, path: scratch.file('made'), mode: 0o700, existOk: false }),
    clone,
    child({ op: 'chdir', path: '/nowhere' }),
    child({ op: 'release', gate: 1 }),
    host({ op: 'await', gate: 1 }),
    host({ op: 'supervise' }),
    cleanup({ op: 'remove', at: -1, path: scratch.file('made') }),
  ]);
  expect(control.frame()).toEqual(failed(2, ENOENT, 'chdir'));
  expect(control.read()).toBeUndefined();
  expect(await monitor.exited).toBe(1);
  expect(readdirSync(scratch.path)).toEqual([]);
});

test("the host's failure kills the child", async () => {
  const { control, monitor } = run([
    clone,
    host({ op: 'write_pid', at: -1, path: scratch.file('pid'), flags: 0o101 }),
    child({ op: 'await', gate: 1 }),
    child({ op: 'write', at: -1, path: scratch.file('went-on'), flags: 0o101, data: new Uint8Array() }),
    host({ op: 'chmod', at: -1, path: scratch.file('x'), mode: 0o600 }),
  ]);
  expect(control.frame()).toEqual(failed(4, ENOENT, 'open'));
  await monitor.exited;
  expect(existsSync(`/proc/${readFileSync(scratch.file('pid'), 'utf8')}`)).toBe(false);
  expect(existsSync(scratch.file('went-on'))).toBe(false);
});

test('a socket that is there already is not replaced', async () => {
  writeFileSync(scratch.file('socket'), '');
  expect(await outcome(supervised(scratch, 'true'))).toEqual(failed(2, EADDRINUSE, 'bind'));
  expect(statSync(scratch.file('socket')).isFile()).toBe(true);
});

describe('a plan that makes no sense is refused before anything is done', () => {
  const mkdir = () => host({ op: 'mkdir', at: -1, path: scratch.file('made'), mode: 0o700, existOk: false });
  const refused = async (plan: Plan | Uint8Array, index: number) => {
    expect(await outcome(plan)).toEqual(failed(index, EINVAL, 'plan'));
    expect(existsSync(scratch.file('made'))).toBe(false);
  };
  test('a second clone', () => refused([mkdir(), clone, clone], 2));
  test("a child's operation before the clone", () => refused([mkdir(), exec('/x'), clone], 1));
  test('exec on the host', () => refused([mkdir(), host({ op: 'exec', candidates: [], argv: [], env: [] })], 1));
  test('supervise without a process', () => refused([mkdir(), host({ op: 'supervise' })], 1));
  test('a host operation behind supervise', () => refused([clone, host({ op: 'supervise' }), mkdir()], 2));
  test('a slot out of range', () => refused([mkdir(), host({ op: 'close', slot: 256 })], 1));
  test('a negative mode', () => refused([mkdir(), host({ op: 'umask', mask: -1 })], 1));
  test('a number too large', () => refused([mkdir(), host({ op: 'unshare', flags: 2n ** 64n })], 1));
  test('a fraction', () => refused([mkdir(), host({ op: 'unshare', flags: 1.5 })], 1));
  test('a gid that is no number', () => refused([mkdir(), host({ op: 'setgroups', gids: ['0', 'wheel'] })], 1));
  test('pipes that nobody would read', () =>
    refused([mkdir(), host({ op: 'stdio', stdin: false, terminal: false, rows: 0, columns: 0, uid: 0, gid: 0 })], 2));
  test('another magic', () => refused(Buffer.from('limpid-plan 2\n\0\0\0\0'), 0));
  test('nothing', () => refused(new Uint8Array(), 0));
  test('an unknown opcode', () => {
    const bytes = encodePlan([mkdir()]);
    bytes[18] = 0xff;
    return refused(bytes, 0);
  });
  test('one argument too few', () => {
    const bytes = encodePlan([mkdir()]);
    bytes[26]! -= 1;
    return refused(bytes, 0);
  });
  test('bytes behind the end', () => refused(Buffer.concat([encodePlan([mkdir()]), Buffer.alloc(1)]), 1));
});

describe('paths below a slot do not leave it', () => {
  test('a symlink to the outside is followed inside', async () => {
    mkdirSync(scratch.file('root/etc'), { recursive: true });
    symlinkSync('/etc', scratch.file('root/link'));
    symlinkSync('../../../../../../etc/escaped', scratch.file('root/up'));
    const open = host({ op: 'open', slot: 1, at: -1, path: scratch.file('root'), flags: 0o10200000, mode: 0 });
    const data = Buffer.from('x');
    const got = await outcome([
      open,
      host({ op: 'write', at: 1, path: 'link/written', flags: 0o101, data }),
      host({ op: 'write', at: 1, path: 'up', flags: 0o101, data }),
      host({ op: 'mkdir', at: 1, path: '/link/made', mode: 0o755, existOk: false }),
      host({ op: 'mkdir', at: 1, path: '/link', mode: 0o755, existOk: true }),
    ]);
    expect(got).toEqual({ type: 6, text: '' });
    expect(readdirSync(scratch.file('root/etc')).sort()).toEqual(['escaped', 'made', 'written']);
  });

  test('a magic link of /proc is not followed', async () => {
    const plan = [
      host({ op: 'open', slot: 1, at: -1, path: '/proc/self', flags: 0o10200000, mode: 0 }),
      host({ op: 'open', slot: 2, at: 1, path: 'root/etc', flags: 0, mode: 0 }),
    ];
    expect(await outcome(plan)).toEqual(failed(1, 40, 'openat2'));
  });

  test('remove goes neither through a symlink nor across a mount', async () => {
    mkdirSync(scratch.file('tree/mounted'), { recursive: true });
    mkdirSync(scratch.file('other'));
    writeFileSync(scratch.file('other/kept'), '');
    symlinkSync(scratch.file('other'), scratch.file('tree/link'));
    const mount = child({
      op: 'mount',
      at: -1,
      target: scratch.file('tree/mounted'),
      type: '',
      source: scratch.file('other'),
      flags: 4096,
      data: '',
    });
    const alone = child({ op: 'mount', at: -1, target: '/', type: '', source: '', flags: 0x44000, data: '' });
    const remove = child({ op: 'remove', at: -1, path: scratch.file('tree') });
    expect(await outcome([clone, alone, mount, remove])).toEqual(failed(3, 16, 'unlinkat'));
    expect(await outcome([host({ op: 'remove', at: -1, path: scratch.file('tree') })])).toEqual({ type: 6, text: '' });
    expect(existsSync(scratch.file('tree'))).toBe(false);
    expect(readdirSync(scratch.file('other'))).toEqual(['kept']);
  });

  test('remove needs no descriptor a level', async () => {
    const levels = 200;
    const script = `i=0; while [ $i -lt ${levels} ]; do mkdir d; : > f; cd d; i=$((i+1)); done`;
    mkdirSync(scratch.file('deep'));
    expect(Bun.spawnSync(['sh', '-c', script], { cwd: scratch.file('deep') }).exitCode).toBe(0);
    const remove = [
      host({ op: 'setrlimit', resource: 7, soft: 16, hard: 16 }),
      host({ op: 'remove', at: -1, path: scratch.file('deep') }),
    ];
    expect(await outcome(remove)).toEqual({ type: 6, text: '' });
    expect(existsSync(scratch.file('deep'))).toBe(false);
  });
});
