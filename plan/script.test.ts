import { describe, expect, test } from 'bun:test';
import { CLONE_NEWCGROUP, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER } from '../abi/flags/clone.ts';
import * as MOUNT from '../abi/flags/mount.ts';
import { O_PATH } from '../abi/flags/open.ts';
import type { Op, Stage } from './ops.ts';
import { scriptPlan } from './script.ts';
import { commandsFor } from './script/commands.ts';
import { NONE, SLOT } from './slots.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const on = (stage: Stage, because = '') => ({ stage, because }) as const;
const clone = (flags: number): Op => ({
  ...on('host', 'namespaces'),
  op: 'clone',
  flags,
  cgroup: NONE,
  pidfd: 2,
  proc: SLOT.proc,
  user: NONE,
});
const openRoot: Op = { ...on('child'), op: 'open', slot: SLOT.root, at: NONE, path: '/merged', flags: O_PATH, mode: 0 };
const exec: Op = {
  ...on('init', 'the command'),
  op: 'exec',
  candidates: ['/bin/sh'],
  argv: ['sh', '-c', "it's"],
  env: ['A=1 2'],
};
const plan: Op[] = [
  {
    ...on('host', '--pids-limit 64'),
    op: 'write',
    at: NONE,
    path: '/sys/fs/cgroup/pids/c/pids.max',
    flags: 1,
    data: bytes('64'),
  },
  clone(CLONE_NEWNS | CLONE_NEWPID),
  {
    ...on('host', 'limits hold from the start'),
    op: 'write_pid',
    at: NONE,
    path: '/sys/fs/cgroup/pids/c/cgroup.procs',
    flags: 1,
  },
  { ...on('host'), op: 'release', gate: 0 },
  openRoot,
  {
    ...on('child', '/proc'),
    op: 'mount',
    at: SLOT.root,
    target: '/proc',
    type: 'proc',
    source: 'proc',
    flags: 14,
    data: '',
  },
  { ...on('child'), op: 'await', gate: 0 },
  { ...on('child', 'own cgroups'), op: 'unshare', flags: CLONE_NEWCGROUP },
  { ...on('child', 'the root'), op: 'pivot_root', slot: SLOT.root },
  { ...on('init', '--ulimit'), op: 'setrlimit', resource: 7, soft: 10, hard: -1 },
  { ...on('init', '--user'), op: 'setresuid', uid: 1000 },
  { ...on('init', '--cap-add'), op: 'bounding', mask: 0x2001n },
  { ...on('init', 'default: seccomp'), op: 'seccomp', flags: 0, program: new Uint8Array(16) },
  { ...on('init'), op: 'chdir', path: '/work dir' },
  exec,
  { ...on('host'), op: 'supervise' },
  { ...on('cleanup', 'the end'), op: 'umount', at: NONE, path: '/merged', flags: MOUNT.MNT_DETACH, missingOk: true },
];

test('a plan in commands, from limits to execve', () => {
  const script = scriptPlan(plan);
  const body = script.slice(script.indexOf("trap 'exit 143' TERM\n") + "trap 'exit 143' TERM\n".length);
  expect(body).toBe(`
# --pids-limit 64
echo 64 >/sys/fs/cgroup/pids/c/pids.max

# What follows up to the last line runs in the container’s own process.
child_1=$(cat <<'CHILD_1'
export root=/merged
# /proc
mount -t proc -o nosuid,nodev,noexec proc "$root/proc"
# limits hold from the start
echo 0 >/sys/fs/cgroup/pids/c/cgroup.procs
# own cgroups
exec unshare --cgroup sh -euc "$child_2"
CHILD_1
)
child_2=$(cat <<'CHILD_2'
# the root
cd /usr
pivot_root "$root" "$root"
umount() { $loader ./bin/umount "$@"; }
# From here on the host’s programs are reached through its root, which only our working directory, its
# /usr, still holds: the loader is told where it, the program and the libraries are.
umount -l /
# default: seccomp
# (a seccomp filter is installed by the program itself: no command does it, and none is in force here)
# --ulimit
# --user
# --cap-add
# the command
exec $loader ./bin/prlimit --nofile=10:unlimited \\
  $loader ./bin/setpriv --reuid=1000 --bounding-set=-all,+chown,+net_raw \\
  $loader ./bin/env -C '/work dir' -i A='1 2' \\
  /bin/sh -c 'it'\\''s'
CHILD_2
)
export child_1 child_2

# (the executor would become the monitor: this script waits instead)
# namespaces
trap : INT
unshare --fork --pid --mount --propagation unchanged sh -euc "$child_1"
`);
});

test('clean-up runs in a trap and keeps the exit status', () => {
  expect(scriptPlan(plan)).toContain(`clean_up() {
  status=$?
  set +e
  [ -z "\${beside-}" ] || kill "$beside" 2>/dev/null
  # the end
  umount -l /merged 2>/dev/null || :
  exit "$status"
}
trap clean_up EXIT
`);
});

test('id maps are written by the host’s side, at a gate', () => {
  const script = scriptPlan([
    clone(CLONE_NEWNS | CLONE_NEWUSER),
    { ...on('host', 'ids'), op: 'write', at: SLOT.proc, path: 'uid_map', flags: 1, data: bytes('0 100000 65536\n') },
    { ...on('host'), op: 'release', gate: 0 },
    openRoot,
    { ...on('child'), op: 'await', gate: 0 },
    { ...on('child', 'root inside'), op: 'setresgid', gid: 0 },
    { ...on('child', 'root inside'), op: 'setresuid', uid: 0 },
    { ...on('child'), op: 'pivot_root', slot: SLOT.root },
    exec,
  ]);
  expect(script).toContain(`child_1=$(cat <<'CHILD_1'
read -r pid rest </proc/self/stat
echo "$pid" >&8
export root=/mnt
read -r gate <&7
[ "$gate" = 0 ]
exec 7<&- 8<&-
# root inside
exec setpriv --regid=0 --keep-groups --reuid=0 sh -euc "$child_2"
CHILD_1
)
`);
  expect(script).toContain(`{
  trap '[ $? = 0 ] || echo failed >&7' EXIT
  read -r pid <&8
  # ids
  printf '%s\\n' '0 100000 65536' >"/proc/$pid/uid_map"
  echo 0 >&7
} &
`);
  expect(script).toEndWith('unshare --fork --mount --user --propagation unchanged --keep-caps sh -euc "$child_1"\n');
});

test('namespaces that the executor enters around the clone are entered by the command that makes the process', () => {
  const script = scriptPlan([
    { ...on('host'), op: 'open', slot: 8, at: NONE, path: '/proc/5/ns/pid', flags: 0, mode: 0 },
    { ...on('host'), op: 'setns', slot: 8, flags: CLONE_NEWPID },
    { ...on('host'), op: 'unshare', flags: 0x80 },
    {
      ...on('host'),
      op: 'write',
      at: NONE,
      path: '/proc/self/timens_offsets',
      flags: 1,
      data: bytes('monotonic -5 0\nboottime 7 0\n'),
    },
    { ...on('host'), op: 'stdio', stdin: false, terminal: false, rows: 0, columns: 0, uid: 0, gid: 0 },
    clone(CLONE_NEWNET),
    exec,
  ]);
  expect(script).toEndWith(
    'nsenter --pid=/proc/5/ns/pid --no-fork unshare --fork --monotonic=-5 --boottime=7 --net --time sh -euc "$child_1" </dev/null\n',
  );
});

describe('commands', () => {
  const slots = new Map([
    [SLOT.root as number, '/merged'],
    [SLOT.idMaps, 'u:0:100000:65536 g:0:200000:65536'],
  ]);
  const common = { ...on('child'), at: SLOT.root };
  const noAttributes = { attrSet: 0, attrClear: 0, propagation: 0 };
  const bind = {
    ...noAttributes,
    op: 'bind',
    sourceAt: NONE,
    source: '/src',
    target: '/dev/x',
    recursive: false,
    attrRecursive: false,
    idMap: NONE,
    idMapRecursive: false,
    missingOk: false,
  } as const;
  test.each<[string[], Op]>([
    [['mkdir -pm 0755 "$root/proc/a"'], { ...common, op: 'mkdir', path: '/proc/a', mode: 0o755, existOk: true }],
    [['mkdir -m 01777 "$(within /tmp)"'], { ...common, op: 'mkdir', path: 'tmp', mode: 0o1777, existOk: false }],
    [
      ['[ -e "$root/dev/null" ] || mknod -m 0666 "$root/dev/null" c 1 3'],
      { ...common, op: 'mknod', path: '/dev/null', mode: 0o20666, device: 0x103, existOk: true },
    ],
    [
      ['mkfifo -m 0600 "$root/dev/p"'],
      { ...common, op: 'mknod', path: '/dev/p', mode: 0o10600, device: 0, existOk: false },
    ],
    [
      ['{ : >"$(within /etc/hosts)" && chmod 0644 "$(within /etc/hosts)"; }'],
      { ...common, op: 'mknod', path: '/etc/hosts', mode: 0o100644, device: 0, existOk: false },
    ],
    [
      ['mount -o remount,bind,ro,nosuid none "$root/dev"'],
      {
        ...common,
        op: 'mount',
        target: '/dev',
        type: '',
        source: '',
        flags: MOUNT.MS_REMOUNT | MOUNT.MS_BIND | 3,
        data: '',
      },
    ],
    [
      ['mount --make-rprivate "$root/dev"'],
      {
        ...common,
        op: 'mount',
        target: '/dev',
        type: '',
        source: '',
        flags: MOUNT.MS_REC | MOUNT.MS_PRIVATE,
        data: '',
      },
    ],
    [
      ['mount -t tmpfs -o noexec,mode=755 tmpfs "$root/dev"'],
      { ...common, op: 'mount', target: '/dev', type: 'tmpfs', source: 'tmpfs', flags: 8, data: 'mode=755' },
    ],
    [['mount --bind /src "$root/dev/x"'], { ...common, ...bind }],
    [
      [
        'mount --rbind /src "$root/dev/x"',
        'remount_all remount,bind,ro,relatime "$root/dev/x"',
        'mount --make-rslave "$root/dev/x"',
      ],
      {
        ...common,
        ...bind,
        recursive: true,
        attrSet: 1,
        attrClear: MOUNT.MOUNT_ATTR__ATIME,
        attrRecursive: true,
        propagation: MOUNT.MS_SLAVE,
      },
    ],
    [
      [
        'if [ -e /src ] && [ -e "$root/dev/x" ]; then',
        '  mount --bind /src "$root/dev/x"',
        '  mount --options-source mtab -o remount,bind,noatime "$root/dev/x"',
        'fi',
      ],
      { ...common, ...bind, attrSet: MOUNT.MOUNT_ATTR_NOATIME, attrClear: MOUNT.MOUNT_ATTR__ATIME, missingOk: true },
    ],
    [
      ['mount --bind -o \'X-mount.idmap=u:0:100000:65536 g:0:200000:65536\' /src "$root/dev/x"'],
      { ...common, ...bind, idMap: SLOT.idMaps },
    ],
    [
      ['kill_cgroup /sys/fs/cgroup/freezer/c'],
      { ...on('cleanup'), op: 'kill_cgroup', at: NONE, path: '/sys/fs/cgroup/freezer/c', busyMs: 1 },
    ],
    [['printf %s a-b >/proc/sys/kernel/hostname'], { ...on('child'), op: 'sethostname', name: 'a-b' }],
    [
      ["printf '\\377' >>/f"],
      { ...on('child'), op: 'write', at: NONE, path: '/f', flags: 0o2001, data: new Uint8Array([255]) },
    ],
    [
      ['# (an eBPF device filter is attached by bpf(2): no command does it, and none is in force here)'],
      { ...on('host'), op: 'device_filter', cgroup: 3, program: new Uint8Array(8) },
    ],
  ])('%j', (lines, op) => {
    expect(commandsFor({ op, slots, id: undefined, pivoted: false })).toEqual(lines);
  });

  test('behind pivot_root the root is /, and the host is where the working directory is', () => {
    const own: Op = { ...common, op: 'mkdir', path: '/a', mode: 0o700, existOk: false };
    const host: Op = { ...common, at: 24, op: 'mkdir', path: 'b', mode: 0o700, existOk: false };
    const place = { slots: new Map([[24, '/var/x']]), id: undefined, pivoted: true };
    expect(commandsFor({ ...place, op: own })).toEqual(['mkdir -m 0700 /a']);
    expect(commandsFor({ ...place, op: host })).toEqual(['mkdir -m 0700 ../var/x/b']);
  });
});
