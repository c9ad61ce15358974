/**
 * The vocabulary of a plan: every operation the executor knows, with its arguments in wire order.
 * This table is the only source. The TypeScript types below derive from it; `tools/gen-native-ops.ts`
 * writes `native/ops.gen.h` from it; encoder, printer and script writer walk it.
 *
 * Argument kinds:
 *   slot   a descriptor slot 0..255 of the executor, or -1 for "none" (in `at`: an absolute host path)
 *   text   a string without NUL          list   strings without NUL, in order
 *   int    a decimal integer (bigint where 64 bits are needed)
 *   octal  an int that people read in octal      hex  an int that people read as a bit mask
 *   flag   a boolean, 0 or 1 on the wire         blob raw bytes
 *
 * Paths: with `at` = -1 a path is absolute and resolved as usual. With `at` >= 0 the kernel resolves it
 * below that descriptor with openat2(RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS), so no symlink leads out.
 */
export const OPS = {
  // Files and directories
  open: { slot: 'slot', at: 'slot', path: 'text', flags: 'hex', mode: 'octal' },
  close: { slot: 'slot' },
  mkdir: { at: 'slot', path: 'text', mode: 'octal', existOk: 'flag' },
  symlink: { at: 'slot', path: 'text', target: 'text', existOk: 'flag' },
  mknod: { at: 'slot', path: 'text', mode: 'octal', device: 'int', existOk: 'flag' },
  chmod: { at: 'slot', path: 'text', mode: 'octal' },
  chown: { at: 'slot', path: 'text', uid: 'int', gid: 'int' },
  write: { at: 'slot', path: 'text', flags: 'hex', data: 'blob' },
  write_pid: { at: 'slot', path: 'text', flags: 'hex' },
  unlink: { at: 'slot', path: 'text', missingOk: 'flag' },
  /** A symbolic link that leads to exactly `target`; any other, and none, stays as it is. */
  unlink_link: { at: 'slot', path: 'text', target: 'text' },
  remove: { at: 'slot', path: 'text' },
  remove_cgroup: { at: 'slot', path: 'text', busyMs: 'int' },
  /** SIGKILL to every process in a cgroup that has no cgroup.kill (v1), again until none is left. No such cgroup: none. */
  kill_cgroup: { at: 'slot', path: 'text', busyMs: 'int' },

  // Mounts
  mount: { at: 'slot', target: 'text', type: 'text', source: 'text', flags: 'hex', data: 'text' },
  /**
   * An overlay of more layers than mount(2) has room for: each added by fsconfig(2) as `lowerdir+`, or, `byDescriptor`,
   * opened and named by its descriptor. `options` are `KEY=VALUE` or `KEY`; `flags` are MS_RDONLY, NOSUID, NODEV, NOEXEC.
   */
  overlay: { target: 'text', lower: 'list', options: 'list', flags: 'hex', byDescriptor: 'flag' },
  bind: {
    sourceAt: 'slot',
    source: 'text',
    at: 'slot',
    target: 'text',
    recursive: 'flag',
    attrSet: 'hex',
    attrClear: 'hex',
    attrRecursive: 'flag',
    propagation: 'hex',
    /** The user namespace by whose maps the bound files' owners are shifted (mount_setattr(2), MOUNT_ATTR_IDMAP). */
    idMap: 'slot',
    idMapRecursive: 'flag',
    /** ENOENT or ENOTDIR of source or target: nothing to do. */
    missingOk: 'flag',
  },
  /**
   * Hides a path: over a directory goes a new read-only tmpfs (nosuid, nodev, noexec), over anything else a
   * bind of what slot `file` holds (an O_PATH descriptor of the host's /dev/null, opened by the child).
   * ENOENT or ENOTDIR of the path: nothing to hide.
   */
  mask: { at: 'slot', path: 'text', file: 'slot' },
  mount_setattr: {
    at: 'slot',
    path: 'text',
    recursive: 'flag',
    attrSet: 'hex',
    attrClear: 'hex',
    propagation: 'hex',
  },
  umount: { at: 'slot', path: 'text', flags: 'hex', missingOk: 'flag' },
  pivot_root: { slot: 'slot' },
  /** MS_MOVE onto `/` and chroot(2), for a root that pivot_root(2) refuses: rootfs of an initramfs. */
  move_root: { slot: 'slot' },

  // Namespaces and processes
  unshare: { flags: 'hex' },
  /** A user namespace with these maps (lines of /proc/PID/uid_map) and nobody in it, for `bind` to map ids by. */
  user_namespace: { slot: 'slot', uidMap: 'text', gidMap: 'text' },
  setns: { slot: 'slot', flags: 'hex' },
  /** With `user` the process is born in that user namespace, and so are its new namespaces: that one owns them. */
  clone: { flags: 'hex', cgroup: 'slot', pidfd: 'slot', proc: 'slot', user: 'slot' },
  await: { gate: 'int' },
  release: { gate: 'int' },
  setsid: {},
  sethostname: { name: 'text' },
  setdomainname: { name: 'text' },
  setrlimit: { resource: 'int', soft: 'int', hard: 'int' },
  prctl: { option: 'int', arg2: 'int', arg3: 'int', arg4: 'int', arg5: 'int' },
  keyctl_join: { name: 'text' },
  umask: { mask: 'octal' },
  chdir: { path: 'text' },
  setgroups: { gids: 'list' },
  setresgid: { gid: 'int' },
  setresuid: { uid: 'int' },
  /** `mask` holds what stays; every other capability the kernel knows leaves the bounding set. */
  bounding: { mask: 'hex' },
  capset: { effective: 'hex', permitted: 'hex', inheritable: 'hex' },
  /** `mask` is what the ambient set holds afterwards. */
  ambient: { mask: 'hex' },
  seccomp: { flags: 'hex', program: 'blob' },
  exec: { candidates: 'list', argv: 'list', env: 'list' },

  // Kernel objects
  netlink: { protocol: 'int', message: 'blob' },
  /**
   * One request of rtnetlink(7), with what only the kernel knows filled in: at byte `indexAt` goes the index of
   * `interface`, at byte `pidAt` the child's pid (-1: nowhere). With `existOk` and `missingOk` an answer that says that
   * it was so already is fine.
   */
  rtnetlink: { message: 'blob', interface: 'text', indexAt: 'int', pidAt: 'int', existOk: 'flag', missingOk: 'flag' },
  device_filter: { cgroup: 'slot', program: 'blob' },

  // Supervision: what the executor does once it has become the monitor
  /** Pipes (or, for a terminal, none) for the child's 0, 1, 2. `uid` and `gid` own the pipes, so that /dev/stdout opens. */
  stdio: { stdin: 'flag', terminal: 'flag', rows: 'int', columns: 'int', uid: 'int', gid: 'int' },
  /** `uid` (as the child's user namespace counts) owns the terminal. With `bindConsole` /dev/console is there already. */
  terminal: { at: 'slot', bindConsole: 'flag', uid: 'int' },
  log: { driver: 'text', path: 'text', maxBytes: 'int', maxFiles: 'int' },
  listen: { path: 'text', mode: 'octal' },
  record_start: { at: 'slot', path: 'text', prefix: 'text' },
  record_exit: { at: 'slot', path: 'text', sync: 'flag' },
  oom_counter: { slot: 'slot' },
  /** So many seconds behind this operation the child is killed. */
  deadline: { seconds: 'int' },
  supervise: {},
  spawn: { path: 'text', argv: 'list', env: 'list' },
  /** The `cleanup` operations of the plan in this file, which goes; no file: none. For what came up after the start. */
  carry_out: { path: 'text' },

  // A container that nobody supervises: what an OCI runtime leaves behind
  /** The child's 0, 1, 2 are what these slots hold (-1: /dev/null), given to the container's user. */
  inherit_stdio: { stdin: 'slot', stdout: 'slot', stderr: 'slot', uid: 'int', gid: 'int' },
  /** Waits for the terminal that the child makes, and sends its master through the Unix socket in the slot. */
  send_terminal: { socket: 'slot' },
  /** A program outside of the plan: gets the state on stdin, with the child's pid in it. 0 seconds are no limit. */
  hook: {
    path: 'text',
    argv: 'list',
    env: 'list',
    beforePid: 'text',
    afterPid: 'text',
    timeoutS: 'int',
    output: 'slot',
  },
  /** One of the candidates is a file that the child may execute. */
  find_program: { name: 'text', candidates: 'list' },
  /** The child waits for a connection at this listening socket, and tells there what fails behind. */
  start_gate: { socket: 'slot' },
  /** What `count` slots from `first` on hold becomes the container's 3 and up. */
  preserve_fds: { first: 'slot', count: 'int' },
  /**
   * The executor reports `started` and ends, once the child has called execve or (`waiting`) has come to its start
   * gate. The clean-up operations run only where something failed before.
   */
  detach: { waiting: 'flag' },

  // How the process is scheduled, and where its memory lies
  /** sched_setattr(2). */
  set_scheduler: {
    policy: 'int',
    flags: 'hex',
    nice: 'int',
    priority: 'int',
    runtime: 'int',
    deadline: 'int',
    period: 'int',
  },
  set_ioprio: { value: 'int' },
  /** `cpus` and `nodes` are bit masks, lowest first. */
  set_affinity: { cpus: 'blob' },
  set_mempolicy: { mode: 'int', nodes: 'blob' },
  set_personality: { persona: 'hex' },

  /** A copy of the mount at a host path that is attached nowhere yet, with its attributes and maps of ids. */
  clone_mount: {
    slot: 'slot',
    source: 'text',
    recursive: 'flag',
    attrSet: 'hex',
    attrClear: 'hex',
    attrRecursive: 'flag',
    propagation: 'hex',
    idMap: 'slot',
    idMapRecursive: 'flag',
  },
  attach_mount: { slot: 'slot', at: 'slot', target: 'text' },

  /** A filter that asks a listener: its descriptor goes through `socket`, with `state`, whose parts stand around the pid. */
  seccomp_listen: { flags: 'hex', program: 'blob', socket: 'slot', state: 'list' },

  /** Everything below the directory in `source`, with owners and modes, into another one. */
  copy_tree: { source: 'slot', at: 'slot', path: 'text' },

  /**
   * Makes the files that the records in one slot tell of (plan/unpack-records.ts), below a directory; all is synced
   * before it answers, with counts, in the other slot. `opaque` is the attribute that overlayfs knows an opaque directory by.
   * `live`: the directory is in use, what is mounted below belongs to it and stays. `keepKinds`: a directory is replaced by
   * nothing else, and nothing else by a directory.
   */
  unpack: {
    records: 'slot',
    answer: 'slot',
    at: 'slot',
    path: 'text',
    opaque: 'text',
    live: 'flag',
    keepKinds: 'flag',
  },

  /** Takes the lock for good. Where the record does not begin with `expected`, no further clean-up is done: it is another's. */
  claim: { at: 'slot', lock: 'text', record: 'text', expected: 'text' },

  /** A port of the host, held by a bound socket as long as the monitor lives. `address` is a struct sockaddr. */
  reserve_port: { domain: 'int', type: 'int', protocol: 'int', address: 'blob' },
  release_ports: {},

  /** Waits until nobody holds the other end of the pipe in the slot any more: who made it has ended, however. */
  await_end: { slot: 'slot' },
  /** Those of the child's 0, 1, 2 that are the host's /dev/null become the one of its own root, where there is one. */
  reopen_null: {},
  /** A file, or a directory with all below it, across mounts; of links their own. */
  chown_tree: { at: 'slot', path: 'text', uid: 'int', gid: 'int' },
} as const;

type Kinds = {
  slot: number;
  text: string;
  list: readonly string[];
  int: number | bigint;
  octal: number;
  hex: number | bigint;
  flag: boolean;
  blob: Uint8Array;
};

export type OpName = keyof typeof OPS;
export type ArgKind = keyof Kinds;

/**
 * Where an operation runs: `host` in the executor, `child` in the cloned process while it still sees the
 * host's root, `init` in that process once the root is its own, `cleanup` in the monitor after the exit
 * or after a failed start (each clean-up runs, whatever the others answered).
 */
export type Stage = 'host' | 'child' | 'init' | 'cleanup';

export type OpArgs<N extends OpName> = { readonly [A in keyof (typeof OPS)[N]]: Kinds[(typeof OPS)[N][A] & ArgKind] };

/** One operation: its name, where it runs, why it is there (a flag or a spec field), and its arguments. */
export type Op<N extends OpName = OpName> = {
  [K in N]: { readonly op: K; readonly stage: Stage; readonly because: string } & OpArgs<K>;
}[N];

/** A whole plan, in the order in which it is carried out. */
export type Plan = readonly Op[];
