import { afterEach, beforeEach, describe, expect, test } from 'bun:test';
import {
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import type { Op, Plan } from '../../plan/ops.ts';
import { encodePlan } from '../../plan/wire.ts';
import {
  child,
  cleanup,
  DISK,
  CLONE_NEWNS,
  CLONE_NEWPID,
  host,
  outcome,
  run,
  Scratch,
  started,
  supervised,
} from './native-harness.ts';

const CLONE_NEWNET = 0x40000000;
const CLONE_NEWTIME = 0x80;
const MOUNT_ATTR_RDONLY = 1;
const MS_PRIVATE = 0x40000;
const O_PATH_DIRECTORY = 0o10200000;

let scratch: Scratch;
beforeEach(() => {
  scratch = new Scratch();
});
afterEach(() => scratch.drop());

/** What `sh -c SCRIPT` prints behind these operations of the child. */
async function printed(script: string, ops: Plan, flags = 0, before: Plan = []): Promise<string> {
  const plan = supervised(scratch, script, { before }).flatMap((op): readonly Op[] => {
    if (op.op === 'clone') return [{ ...op, flags }];
    return op.op === 'exec' ? [...ops, op] : [op];
  });
  const { control, monitor } = run(plan);
  const first = control.frame();
  if (first.type !== 3) throw new Error(`failed: ${first.text}`);
  const { stdout, stderr } = control.rest();
  control.close();
  await monitor.exited;
  return stdout.toString() + stderr.toString();
}

const privately = child({
  op: 'mount',
  at: -1,
  target: '/',
  type: '',
  source: '',
  flags: 0x4000 | MS_PRIVATE,
  data: '',
});
const root = () => child({ op: 'open', slot: 3, at: -1, path: scratch.path, flags: O_PATH_DIRECTORY, mode: 0 });
const BIND = {
  recursive: false,
  attrSet: 0,
  attrClear: 0,
  attrRecursive: false,
  propagation: 0,
  idMap: -1,
  idMapRecursive: false,
  missingOk: false,
};

describe('mounts', () => {
  test('a read-only bind of a directory and of a file, below a slot', async () => {
    mkdirSync(scratch.file('from'));
    mkdirSync(scratch.file('to'));
    writeFileSync(scratch.file('from/file'), 'from\n');
    writeFileSync(scratch.file('file'), 'covered\n');
    const script = `cd ${scratch.path}; cat to/file file; echo x > to/new; echo x > file; umount file; cat file`;
    const output = await printed(
      script,
      [
        privately,
        root(),
        child({
          op: 'bind',
          ...BIND,
          sourceAt: -1,
          source: scratch.file('from'),
          at: 3,
          target: '/to',
          attrSet: MOUNT_ATTR_RDONLY,
        }),
        child({
          op: 'bind',
          ...BIND,
          sourceAt: 3,
          source: 'from/file',
          at: 3,
          target: 'file',
          attrSet: MOUNT_ATTR_RDONLY,
        }),
        child({ op: 'bind', ...BIND, sourceAt: 3, source: 'from/none', at: 3, target: 'file', missingOk: true }),
      ],
      CLONE_NEWNS,
    );
    expect(output.replaceAll(/sh: (?:line 0: )?/g, '')).toBe(
      "from\nfrom\ncovered\ncan't create to/new: Read-only file system\ncan't create file: Read-only file system\n",
    );
    expect(readdirSync(scratch.file('from'))).toEqual(['file']);
  });

  test('a bind whose ids are mapped, by a user namespace that nobody is in', async () => {
    scratch.drop();
    scratch = new Scratch(DISK);
    mkdirSync(scratch.file('from/below'), { recursive: true });
    mkdirSync(scratch.file('to'));
    writeFileSync(scratch.file('from/file'), '');
    chownSync(scratch.file('from/file'), 5, 7);
    chownSync(scratch.file('from'), 70_000, 0);
    const maps = { uidMap: '0 100000 5\n5 300000 10\n', gidMap: '0 200000 100\n' };
    const ops = [
      privately,
      child({ op: 'user_namespace', slot: 4, ...maps }),
      child({
        op: 'bind',
        ...BIND,
        sourceAt: -1,
        source: scratch.file('from'),
        at: -1,
        target: scratch.file('to'),
        idMap: 4,
      }),
    ];
    const script = `cd ${scratch.path}; stat -c %u:%g to to/below to/file; touch to/new || :; ls -A to`;
    expect(await printed(script, ops, CLONE_NEWNS)).toBe(
      // 70000 is not in the map, and nor is root of the host, who can therefore make nothing.
      '65534:200000\n100000:200000\n300000:200007\nbelow\nfile\ntouch: to/new: Value too large for defined data type\n',
    );
  });

  test('a user namespace without a map, or with one that the kernel does not take', async () => {
    const made = (uidMap: string, gidMap: string) => outcome([host({ op: 'user_namespace', slot: 4, uidMap, gidMap })]);
    expect(await made('0 1 1\n', '0 1 1\n')).toEqual({ type: 6, text: '' });
    expect(await made('0 1 0\n', '0 1 1\n')).toEqual({ type: 4, text: '0 22 write' });
    expect(await made('0 1 1\n', '0 1 1\n0 2 1\n')).toEqual({ type: 4, text: '0 22 write' });
  });

  test('mask: a directory empty and read-only, a file as /dev/null, what is missing left alone', async () => {
    mkdirSync(scratch.file('secret'));
    writeFileSync(scratch.file('secret/key'), 'key');
    writeFileSync(scratch.file('file'), 'text');
    const masks = ['secret', '/file', 'missing', 'file/below'].map((path) =>
      child({ op: 'mask', at: 3, path, file: 4 }),
    );
    const nothing = child({ op: 'open', slot: 4, at: -1, path: '/dev/null', flags: 0o10000000, mode: 0 });
    const script = `cd ${scratch.path}; ls -A secret; stat -c %t:%T file; echo x > secret/new; grep ${scratch.path}/secret /proc/self/mountinfo`;
    const output = await printed(script, [privately, root(), nothing, ...masks], CLONE_NEWNS);
    const lines = output.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    expect(lines).toContain('1:3');
    expect(lines).toContain("sh: can't create secret/new: Read-only file system");
    expect(lines).toContainEqual(expect.stringContaining(' ro,nosuid,nodev,noexec'));
  });

  test('mount_setattr on what is mounted, umount with and without a mount', async () => {
    mkdirSync(scratch.file('m'));
    const tmpfs = child({
      op: 'mount',
      at: 3,
      target: 'm',
      type: 'tmpfs',
      source: 'tmpfs',
      flags: 0,
      data: 'size=64k',
    });
    const setattr = child({
      op: 'mount_setattr',
      at: 3,
      path: 'm',
      recursive: true,
      attrSet: 1,
      attrClear: 0,
      propagation: 0,
    });
    const umount = (path: string) => child({ op: 'umount', at: 3, path, flags: 0, missingOk: true });
    const script = `grep -c ${scratch.path}/m /proc/self/mountinfo; echo x > ${scratch.path}/m/x`;
    expect(await printed(script, [privately, root(), tmpfs, setattr], CLONE_NEWNS)).toMatch(
      /^1\n.*Read-only file system\n$/,
    );
    scratch.drop();
    mkdirSync(scratch.file('m'), { recursive: true });
    const gone = await printed(
      script,
      [privately, root(), tmpfs, umount('/m'), umount('m'), umount('none')],
      CLONE_NEWNS,
    );
    expect(gone).toBe('0\n');
  });
});

describe('what a process becomes', () => {
  const status = async (fields: string[], ops: Plan) =>
    (await printed(`grep -E '^(${fields.join('|')}):' /proc/self/status`, ops))
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/\s+/).slice(1).join(' ').trim());

  test('users, groups and all five sets of capabilities', async () => {
    const ops = [
      child({ op: 'bounding', mask: 0x4000001400n }),
      child({ op: 'prctl', option: 8, arg2: 1, arg3: 0, arg4: 0, arg5: 0 }), // PR_SET_KEEPCAPS
      child({ op: 'setgroups', gids: ['7', '4000000000'] }),
      child({ op: 'setresgid', gid: 1001 }),
      child({ op: 'setresuid', uid: 1000 }),
      child({ op: 'capset', effective: 0x4000001400n, permitted: 0x4000001400n, inheritable: 0x400 }),
      child({ op: 'ambient', mask: 0x400 }),
      child({ op: 'umask', mask: 0o27 }),
      child({ op: 'prctl', option: 38, arg2: 1, arg3: 0, arg4: 0, arg5: 0 }), // PR_SET_NO_NEW_PRIVS
    ];
    expect(
      await status(
        ['Umask', 'Uid', 'Gid', 'Groups', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb', 'NoNewPrivs'],
        ops,
      ),
    ).toEqual([
      '0027',
      '1000 1000 1000 1000',
      '1001 1001 1001 1001',
      '7 4000000000',
      '0000000000000400',
      '0000000000000400',
      '0000000000000400',
      '0000004000001400',
      '0000000000000400',
      '1',
    ]);
  });

  test('limits, directory and environment', async () => {
    const limit = child({ op: 'setrlimit', resource: 7, soft: 123, hard: 456 });
    const output = await printed('ulimit -Sn; ulimit -Hn; pwd; env | sort | head -n 1', [
      limit,
      child({ op: 'chdir', path: '/usr/bin' }),
    ]);
    expect(output).toBe('123\n456\n/usr/bin\nPATH=/bin:/usr/bin\n');
  });

  test('capabilities above 31', async () => {
    const ops = [
      child({ op: 'bounding', mask: 0x4000001400n }),
      child({ op: 'capset', effective: 0x4000001000n, permitted: 0x4000001400n, inheritable: 0x4000000000n }),
      child({ op: 'ambient', mask: 0x4000000000n }),
    ];
    expect(await status(['CapInh', 'CapBnd', 'CapAmb'], ops)).toEqual([
      '0000004000000000',
      '0000004000001400',
      '0000004000000000',
    ]);
  });

  test('the first candidate that can be run is', async () => {
    writeFileSync(scratch.file('plain'), 'not for running', { mode: 0o644 });
    const candidates = ['/none', scratch.file('plain'), '/bin/sh', '/bin/false'];
    const done = await outcome([
      host({ op: 'clone', flags: 0, cgroup: -1, pidfd: -1, proc: -1, user: -1 }),
      child({ op: 'exec', candidates, argv: ['sh', '-c', 'exit 9'], env: [] }),
    ]);
    expect(done).toEqual({ type: 6, text: '9 0' });
  });

  test('a seccomp filter holds from then on', async () => {
    // chroot (161 here): EPERM; everything else as ever.
    const instructions = [
      [0x20, 0, 0, 0],
      [0x15, 0, 1, 161],
      [0x06, 0, 0, 0x50001],
      [0x06, 0, 0, 0x7fff0000],
    ] as const;
    const program = Buffer.alloc(32);
    instructions.forEach(([code, yes, no, value], i) => {
      program.writeUInt16LE(code, i * 8);
      program.set([yes, no], i * 8 + 2);
      program.writeUInt32LE(value, i * 8 + 4);
    });
    const output = await printed('chroot / true; grep ^Seccomp: /proc/self/status', [
      child({ op: 'seccomp', flags: 0, program }),
    ]);
    expect(output.split('\n').toSorted()).toEqual(['', 'Seccomp:\t2', expect.stringContaining('not permitted')]);
  });
});

describe('namespaces', () => {
  test('loopback brought up through netlink in a new network namespace', async () => {
    const message = Buffer.alloc(32); // RTM_NEWLINK of index 1, IFF_UP, with an acknowledgement
    message.writeUInt32LE(32, 0);
    message.writeUInt16LE(16, 4);
    message.writeUInt16LE(5, 6);
    message.writeInt32LE(1, 20);
    message.writeUInt32LE(1, 24);
    message.writeUInt32LE(1, 28);
    const output = await printed('ip link show lo', [child({ op: 'netlink', protocol: 0, message })], CLONE_NEWNET);
    expect(output).toContain('LOOPBACK,UP');
  });

  test("a time namespace is the child's alone, and a process joins the pid namespace of another", async () => {
    const own = (type: string) =>
      host({ op: 'open', slot: 20, at: -1, path: `/proc/self/ns/${type}`, flags: 0, mode: 0 });
    const comeBack = host({ op: 'setns', slot: 20, flags: 0 });
    const time = host({ op: 'unshare', flags: CLONE_NEWTIME });
    const offsets = host({
      op: 'write',
      at: -1,
      path: '/proc/self/timens_offsets',
      flags: 1,
      data: Buffer.from('boottime 1000000 0\n'),
    });
    const first = run(
      supervised(scratch, 'cat /proc/uptime; exec sleep 1000', { before: [own('time'), time, offsets] }).flatMap((op) =>
        op.op === 'clone' ? [{ ...op, flags: CLONE_NEWPID }, comeBack] : [op],
      ),
    );
    const pid = started(first.control);
    expect(Number(first.control.until('\n').split(' ')[0])).toBeGreaterThan(1_000_000);
    const ours = readlinkSync('/proc/self/ns/time');
    const monitor = `/proc/${first.monitor.pid}/ns`;
    expect(readlinkSync(`/proc/${pid}/ns/time`)).not.toBe(ours);
    expect([readlinkSync(`${monitor}/time`), readlinkSync(`${monitor}/time_for_children`)]).toEqual([ours, ours]);

    const second = new Scratch();
    const join = [
      own('pid'),
      host({ op: 'open', slot: 1, at: -1, path: `/proc/${pid}/ns/pid`, flags: 0, mode: 0 }),
      host({ op: 'setns', slot: 1, flags: CLONE_NEWPID }),
    ];
    const joined = run(
      supervised(second, 'echo $$; read line', { before: join, stdin: true }).flatMap((op) =>
        op.op === 'clone' ? [op, comeBack] : [op],
      ),
    );
    started(joined.control);
    expect(Number(joined.control.until('\n'))).toBeWithin(2, 1000);
    expect(readlinkSync(`/proc/${joined.monitor.pid}/ns/pid_for_children`)).toBe(readlinkSync('/proc/self/ns/pid'));
    first.control.send(19, '9');
    expect(first.control.rest().exit).toBe('137 9 0');
    // The kernel ends all of a pid namespace with its first process.
    expect(joined.control.rest().exit).toBe('137 9 0');
    await Promise.all([first.monitor.exited, joined.monitor.exited]);
    second.drop();
  });
});

describe('files', () => {
  test('exact modes, owners and devices, whatever the umask was', async () => {
    const at = { at: 1 } as const;
    const made = await outcome([
      host({ op: 'open', slot: 1, at: -1, path: scratch.path, flags: O_PATH_DIRECTORY, mode: 0 }),
      host({ op: 'mkdir', ...at, path: 'dir/', mode: 0o1777, existOk: true }),
      host({ op: 'mkdir', ...at, path: 'dir', mode: 0o700, existOk: true }),
      host({ op: 'mknod', ...at, path: 'null', mode: 0o20666, device: 0x103, existOk: false }),
      host({ op: 'mknod', ...at, path: 'null', mode: 0o20666, device: 0x103, existOk: true }),
      host({ op: 'symlink', ...at, path: 'link', target: '/proc/self/fd', existOk: false }),
      host({ op: 'symlink', ...at, path: 'link', target: 'other', existOk: true }),
      host({ op: 'write', ...at, path: 'file', flags: 0o101, data: Buffer.from('abc') }),
      host({ op: 'chmod', ...at, path: 'file', mode: 0o4751 }),
      host({ op: 'chown', ...at, path: 'null', uid: 12, gid: 34 }),
    ]);
    expect(made).toEqual({ type: 6, text: '' });
    const mode = (name: string) => statSync(scratch.file(name)).mode.toString(8);
    expect([mode('dir'), mode('null'), mode('file')]).toEqual(['41777', '20666', '104751']);
    expect([
      statSync(scratch.file('null')).rdev,
      statSync(scratch.file('null')).uid,
      statSync(scratch.file('null')).gid,
    ]).toEqual([0x103, 12, 34]);
    expect(readlinkSync(scratch.file('link'))).toBe('/proc/self/fd');
  });

  test('mknod does not take another device for the one it was asked for', async () => {
    writeFileSync(scratch.file('x'), '');
    const mknod = host({ op: 'mknod', at: -1, path: scratch.file('x'), mode: 0o20666, device: 0x103, existOk: true });
    expect(await outcome([mknod])).toEqual({ type: 4, text: '0 17 mknodat' });
  });

  test('a tree is given away with all below it; a link itself, and not what it leads to', async () => {
    const deep = `${scratch.file('tree')}${'/d'.repeat(300)}`;
    mkdirSync(deep, { recursive: true });
    writeFileSync(`${deep}/file`, '');
    mkdirSync(scratch.file('other'));
    symlinkSync(scratch.file('other'), scratch.file('tree/link'));
    symlinkSync(scratch.file('tree'), scratch.file('to-tree'));
    const give = (path: string, uid: number) =>
      host({ op: 'chown_tree', at: -1, path: scratch.file(path), uid, gid: 9 });
    const owner = (path: string) => [lstatSync(path).uid, lstatSync(path).gid];
    expect(await outcome([give('tree', 8)])).toEqual({ type: 6, text: '' });
    for (const path of [scratch.file('tree'), deep, `${deep}/file`, scratch.file('tree/link')])
      expect(owner(path)).toEqual([8, 9]);
    expect(owner(scratch.file('other'))).toEqual([0, 0]);
    // The user's own path may lead through a link.
    expect(await outcome([give('to-tree/d', 7)])).toEqual({ type: 6, text: '' });
    expect([owner(scratch.file('tree')), owner(`${deep}/file`)]).toEqual([
      [8, 9],
      [7, 9],
    ]);
    expect(await outcome([give('none', 7)])).toEqual({ type: 4, text: '0 2 open' });
  });

  test('a link goes only where it leads to what was said', async () => {
    const [own, other, file] = ['own', 'other', 'file'].map((name) => scratch.file(name)) as [string, string, string];
    symlinkSync('abc', own);
    symlinkSync('abcd', other);
    writeFileSync(file, 'abc');
    const ops = [own, other, file, scratch.file('none'), scratch.file('no/such')].map((path) =>
      host({ op: 'unlink_link', at: -1, path, target: 'abc' }),
    );
    expect(await outcome(ops)).toEqual({ type: 6, text: '' });
    expect([own, other, file].map((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined)).toEqual([
      false,
      true,
      true,
    ]);
  });

  test('what came up later is carried out at the end, once, and only as clean-up', async () => {
    const [later, first, second] = ['later', 'first', 'second'].map((name) => scratch.file(name)) as [
      string,
      string,
      string,
    ];
    const carryOut = cleanup({ op: 'carry_out', path: later });
    const make = (path: string) => ({ op: 'mkdir', at: -1, path, mode: 0o700, existOk: false }) as const;
    writeFileSync(later, encodePlan([host(make(second)), cleanup(make(first)), carryOut]));
    expect(await outcome([carryOut, carryOut])).toEqual({ type: 6, text: '' });
    expect([later, first, second].map((path) => existsSync(path))).toEqual([false, true, false]);
    // What is no plan, or not there itself, stops nothing.
    writeFileSync(later, 'limpid-plan 1\n\x01\0\0\0garbage');
    symlinkSync(later, scratch.file('link'));
    const last = cleanup({ op: 'unlink_link', at: -1, path: scratch.file('link'), target: later });
    expect(await outcome([cleanup({ op: 'carry_out', path: scratch.file('link') }), carryOut, last])).toEqual({
      type: 6,
      text: '',
    });
    expect(readdirSync(scratch.path).filter((name) => name === 'later' || name === 'link')).toEqual([]);
  });

  test('remove takes hard links, sockets and a wide directory', async () => {
    mkdirSync(scratch.file('wide'));
    for (let i = 0; i < 2000; i++) mkdirSync(scratch.file(`wide/${i}`));
    writeFileSync(scratch.file('wide/0/file'), '');
    linkSync(scratch.file('wide/0/file'), scratch.file('wide/1/file'));
    expect(await outcome([host({ op: 'remove', at: -1, path: `${scratch.file('wide')}/` })])).toEqual({
      type: 6,
      text: '',
    });
    expect(existsSync(scratch.file('wide'))).toBe(false);
  });
});

describe('a process born in another user namespace', () => {
  const open = (path: string) => host({ op: 'open', slot: 9, at: -1, path, flags: 0, mode: 0 });
  const bornIn = (before: Plan, flags: number) =>
    supervised(scratch, 'cat /proc/self/uid_map; readlink /proc/self/ns/user; exec sleep 1000', { before }).map((op) =>
      op.op === 'clone' ? { ...op, flags, user: 9, pidfd: 10, proc: 11 } : op,
    );

  test('is ours, and so is its end; its namespaces are of the other', async () => {
    const maps = { uidMap: '0 100000 65536\n', gidMap: '0 100000 65536\n' };
    const { control, monitor } = run(bornIn([host({ op: 'user_namespace', slot: 9, ...maps })], CLONE_NEWNET));
    const pid = started(control);
    const [map, link] = control.until(']').split('\n');
    expect(map?.replaceAll(/ +/g, ' ')).toBe(' 0 100000 65536');
    expect(link).toBe(readlinkSync(`/proc/${pid}/ns/user`));
    expect(link).not.toBe(readlinkSync('/proc/self/ns/user'));
    expect(readFileSync(`/proc/${monitor.pid}/task/${monitor.pid}/children`, 'utf8').trim()).toBe(String(pid));
    expect(readlinkSync(`/proc/${monitor.pid}/ns/user`)).toBe(readlinkSync('/proc/self/ns/user'));
    // Only who owns a network namespace may change its settings.
    const enter = ['nsenter', '-t', String(pid), '--user', '--net', 'ip', 'link', 'set', 'lo', 'up'];
    expect(Bun.spawnSync(enter).stderr.toString()).toBe('');
    control.send(19, '9');
    expect(control.rest().exit).toBe('137 9 0');
    await monitor.exited;
  });

  test('not of what is no user namespace', async () => {
    expect(await outcome(bornIn([open('/proc/self/ns/uts')], 0))).toEqual({ type: 4, text: '5 22 setns' });
  });
});

describe('cgroups', () => {
  const hierarchy = ['/sys/fs/cgroup/unified', '/sys/fs/cgroup'].find((path) => existsSync(`${path}/cgroup.procs`));
  const anyHierarchy = hierarchy ?? '/sys/fs/cgroup/pids';
  test.skipIf(hierarchy === undefined)(
    'a process is born into its cgroup, which goes with all below it once it is empty (needs cgroup v2)',
    async () => {
      const name = `limpid-test-${process.pid}`;
      const path = `${hierarchy}/${name}`;
      const made = [
        host({ op: 'mkdir', at: -1, path, mode: 0o755, existOk: false }),
        host({ op: 'open', slot: 6, at: -1, path, flags: O_PATH_DIRECTORY, mode: 0 }),
      ];
      const after = [
        cleanup({ op: 'remove_cgroup', at: -1, path, busyMs: 20_000 }),
        cleanup({ op: 'remove_cgroup', at: -1, path, busyMs: 0 }),
      ];
      const script = `grep -o ${name} /proc/self/cgroup; mkdir -p ${path}/a/b ${path}/c`;
      const plan = supervised(scratch, script, { before: made, after }).map((op) =>
        op.op === 'clone' ? { ...op, cgroup: 6 } : op,
      );
      const { control, monitor } = run(plan);
      expect(control.rest().stdout.toString()).toBe(`${name}\n`);
      await monitor.exited;
      expect(existsSync(path)).toBe(false);
    },
  );

  test('all in one are killed, also those that are born meanwhile; where there is none, nobody is', async () => {
    const path = `${anyHierarchy}/limpid-test-kill-${process.pid}`;
    mkdirSync(path);
    const join = `echo 0 >${path}/cgroup.procs`;
    const words = [...Array(5).fill(`${join}; exec sleep 1000`), `${join}; while :; do sleep 1000 & sleep 0.01; done`];
    const shells = words.map((script) => Bun.spawn(['sh', '-c', script]));
    const procs = () => readFileSync(`${path}/cgroup.procs`, 'utf8').split('\n').filter(Boolean);
    while (procs().length < 10) await Bun.sleep(5);
    const kill = { op: 'kill_cgroup', at: -1, busyMs: 20_000 } as const;
    expect(await outcome([host({ ...kill, path })])).toEqual({ type: 6, text: '' });
    expect(procs()).toEqual([]);
    for (const shell of shells) await shell.exited;
    expect(shells.map(({ signalCode }) => signalCode)).toEqual(Array(6).fill('SIGKILL'));
    const remove = host({ op: 'remove_cgroup', at: -1, path, busyMs: 20_000 });
    expect(await outcome([remove, host({ ...kill, path })])).toEqual({ type: 6, text: '' });
    expect(existsSync(path)).toBe(false);
  });

  test('one that stays busy is told so, after the time given', async () => {
    const path = `${anyHierarchy}/limpid-test-busy-${process.pid}`;
    mkdirSync(`${path}/inner`, { recursive: true });
    const sleeper = Bun.spawn(['sleep', '1000']);
    writeFileSync(`${path}/inner/cgroup.procs`, String(sleeper.pid));
    const remove = host({ op: 'remove_cgroup', at: -1, path, busyMs: 30 });
    const begin = performance.now();
    const busy = await outcome([remove]);
    const waitedMs = performance.now() - begin;
    sleeper.kill('SIGKILL');
    await sleeper.exited;
    const gone = await outcome([{ ...remove, busyMs: 20_000 } as Op]);
    expect(busy).toEqual({ type: 4, text: '0 16 unlinkat' });
    expect(waitedMs).toBeGreaterThan(29);
    expect(gone).toEqual({ type: 6, text: '' });
    expect(existsSync(path)).toBe(false);
  });

  const memory = [
    { path: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes', events: 'memory.oom_control' },
    { path: '/sys/fs/cgroup', limit: 'memory.max', events: 'memory.events' },
  ].find(({ path, limit }) => existsSync(`${path}/cgroup.procs`) && (limit !== 'memory.max' || delegates(path)));

  test.skipIf(memory === undefined)('an OOM kill is told as one, another kill is not', async () => {
    const { path, limit, events } = memory!;
    const group = `${path}/limpid-test-oom-${process.pid}`;
    const before = [
      host({ op: 'mkdir', at: -1, path: group, mode: 0o755, existOk: false }),
      host({ op: 'write', at: -1, path: `${group}/${limit}`, flags: 1, data: Buffer.from('16777216') }),
      host({ op: 'open', slot: 6, at: -1, path: `${group}/${events}`, flags: 0, mode: 0 }),
      host({ op: 'oom_counter', slot: 6 }),
    ];
    const after = [cleanup({ op: 'remove_cgroup', at: -1, path: group, busyMs: 20_000 })];
    const ending = async (script: string) => {
      const plan = supervised(scratch, script, { before, after }).flatMap((op): readonly Op[] => {
        if (op.op === 'exec') return [child({ op: 'await', gate: 1 }), op];
        if (op.op !== 'clone') return [op];
        const enter = host({ op: 'write_pid', at: -1, path: `${group}/cgroup.procs`, flags: 1 });
        return [op, enter, host({ op: 'release', gate: 1 })];
      });
      const { control, monitor } = run(plan);
      const { exit } = control.rest();
      control.close();
      await monitor.exited;
      return exit;
    };
    expect(await ending('exec tail /dev/zero')).toBe('137 9 1');
    expect(await ending('kill -9 $$')).toBe('137 9 0');
    expect(existsSync(group)).toBe(false);
  });
});

/** Whether children of this v2 cgroup have a memory controller. */
function delegates(path: string): boolean {
  return readFileSync(`${path}/cgroup.subtree_control`, 'utf8').split(/\s/).includes('memory');
}
