import { O_CLOEXEC, O_WRONLY } from '../../abi/flags/open.ts';
import type { Op, OpName } from '../ops.ts';
import {
  capabilities,
  cloneFlags,
  mountAttributes,
  mountFlags,
  openFlags,
  rlimitName,
  rlimitValue,
  umountFlags,
} from './flags.ts';
import { slotName } from '../slots.ts';
import { describeNetlink } from './netlink.ts';
import { describeSocketAddress } from './socket-address.ts';
import { ipWords } from './rtnetlink.ts';
import { describePrctl } from './prctl.ts';
import { deviceNumbers, fingerprint, nodeOf, octal, showBlob, showText } from './values.ts';

type Describers = { readonly [N in OpName]: (op: Op<N>) => readonly string[] };

/** The arguments of one operation in words, each a column entry; slots by what they stand for. */
export function describeArguments(op: Op): string {
  const describe = DESCRIBERS[op.op] as (op: Op) => readonly string[];
  return describe(op)
    .filter((part) => part !== '')
    .join('  ');
}

/** A path with the slot it lies below: `root:/proc`; host paths stand as they are. */
export function place(at: number, path: string): string {
  if (at < 0) return showText(path);
  const below = path.startsWith('/') ? path : `/${path}`;
  return `${slotName(at)}:${path === '' || path === '.' ? '/' : showText(below)}`;
}

const existing = (flag: boolean): string => (flag ? 'if missing' : '');
const list = (items: readonly string[]): string => items.map(showText).join(' ');
const attributes = (set: number | bigint, clear: number | bigint): readonly string[] => [
  BigInt(set) === 0n ? '' : `+${mountAttributes(set)}`,
  BigInt(clear) === 0n ? '' : `-${mountAttributes(clear)}`,
];
const propagation = (flags: number | bigint): string => (BigInt(flags) === 0n ? '' : mountFlags(flags));
/** That a write opens its file for writing goes without saying. */
const writeFlags = (flags: number | bigint): string => {
  const telling = BigInt(flags) & ~BigInt(O_WRONLY | O_CLOEXEC);
  return telling === 0n ? '' : openFlags(telling | BigInt(O_WRONLY)).replace('O_WRONLY|', '');
};

/** `0:100000+65536`: an id inside, the id outside, how many. */
const idMap = (text: string): string =>
  text
    .trim()
    .replaceAll(/^\s*(\d+)\s+(\d+)\s+(\d+)$/gm, '$1:$2+$3')
    .replaceAll('\n', ',');

const DESCRIBERS: Describers = {
  open: (op) => [
    `${slotName(op.slot)} = ${place(op.at, op.path)}`,
    openFlags(op.flags),
    op.mode === 0 ? '' : octal(op.mode),
  ],
  close: (op) => [slotName(op.slot)],
  mkdir: (op) => [place(op.at, op.path), octal(op.mode), existing(op.existOk)],
  symlink: (op) => [`${place(op.at, op.path)} -> ${showText(op.target)}`, existing(op.existOk)],
  mknod: (op) => [place(op.at, op.path), ...describeNode(op), existing(op.existOk)],
  chmod: (op) => [place(op.at, op.path), octal(op.mode)],
  chown: (op) => [place(op.at, op.path), `${op.uid}:${op.gid}`],
  write: (op) => [place(op.at, op.path), showBlob(op.data), writeFlags(op.flags)],
  write_pid: (op) => [place(op.at, op.path), 'PID', writeFlags(op.flags)],
  unlink: (op) => [place(op.at, op.path), op.missingOk ? 'if there' : ''],
  unlink_link: (op) => [`${place(op.at, op.path)} -> ${showText(op.target)}`, 'if it leads there'],
  remove: (op) => [place(op.at, op.path), 'with all below'],
  kill_cgroup: (op) => [place(op.at, op.path), `for ${op.busyMs} ms at most`],
  remove_cgroup: (op) => [place(op.at, op.path), `waiting ${op.busyMs} ms while busy`],

  mount: (op) => [
    `${op.type === '' ? showText(op.source) : showText(op.type)} on ${place(op.at, op.target)}`,
    op.source === '' || op.source === op.type || op.type === '' ? '' : `from ${showText(op.source)}`,
    BigInt(op.flags) === 0n ? '' : mountFlags(op.flags),
    op.data === '' ? '' : showText(op.data),
  ],
  overlay: (op) => [
    `${op.lower.length} layers on ${showText(op.target)}`,
    list(op.lower),
    list(op.options),
    BigInt(op.flags) === 0n ? '' : mountFlags(op.flags),
    op.byDescriptor ? 'by descriptor' : '',
  ],
  bind: (op) => [
    `${place(op.sourceAt, op.source)} on ${place(op.at, op.target)}`,
    op.recursive ? 'with all below' : '',
    ...attributes(op.attrSet, op.attrClear),
    op.attrRecursive ? 'attributes of all below' : '',
    propagation(op.propagation),
    op.idMap < 0 ? '' : `ids mapped by ${slotName(op.idMap)}${op.idMapRecursive ? ', with all below' : ''}`,
    op.missingOk ? 'if both are there' : '',
  ],
  mask: (op) => [place(op.at, op.path), `with ${slotName(op.file)}`, 'if there'],
  mount_setattr: (op) => [
    place(op.at, op.path),
    ...attributes(op.attrSet, op.attrClear),
    propagation(op.propagation),
    op.recursive ? 'with all below' : '',
  ],
  umount: (op) => [
    place(op.at, op.path),
    BigInt(op.flags) === 0n ? '' : umountFlags(op.flags),
    op.missingOk ? 'if mounted' : '',
  ],
  pivot_root: (op) => [slotName(op.slot)],
  move_root: (op) => [slotName(op.slot)],

  unshare: (op) => [cloneFlags(op.flags)],
  user_namespace: (op) => [`${slotName(op.slot)} =`, `uids ${idMap(op.uidMap)}`, `gids ${idMap(op.gidMap)}`],
  setns: (op) => [slotName(op.slot), BigInt(op.flags) === 0n ? '' : cloneFlags(op.flags)],
  clone: (op) => [
    cloneFlags(op.flags),
    op.cgroup < 0 ? '' : `into ${slotName(op.cgroup)}`,
    op.user < 0 ? '' : `born in ${slotName(op.user)}`,
  ],
  await: (op) => [`gate ${op.gate}`],
  release: (op) => [`gate ${op.gate}`],
  setsid: () => [],
  sethostname: (op) => [showText(op.name)],
  setdomainname: (op) => [showText(op.name)],
  setrlimit: (op) => [rlimitName(op.resource), `soft ${rlimitValue(op.soft)}`, `hard ${rlimitValue(op.hard)}`],
  prctl: (op) => [describePrctl(op)],
  keyctl_join: (op) => [showText(op.name)],
  umask: (op) => [octal(op.mask)],
  chdir: (op) => [showText(op.path)],
  setgroups: (op) => [op.gids.length === 0 ? 'none' : op.gids.join(' ')],
  setresgid: (op) => [String(op.gid)],
  setresuid: (op) => [String(op.uid)],
  bounding: (op) => [capabilities(op.mask)],
  capset: describeCapset,
  ambient: (op) => [capabilities(op.mask)],
  seccomp: (op) => [describeProgram(op.program), BigInt(op.flags) === 0n ? '' : `flags 0x${op.flags.toString(16)}`],
  exec: (op) => [
    list(op.argv),
    op.candidates.length === 1 ? '' : `first of ${list(op.candidates)}`,
    describeEnv(op.env),
  ],

  netlink: (op) => [describeNetlink(op.protocol, op.message)],
  rtnetlink: (op) => [
    ipWords(op, 'PID')?.map(showText).join(' ') ??
      `message of ${op.message.length} bytes (fnv ${fingerprint(op.message)})`,
    existing(op.existOk),
    op.missingOk ? 'if there' : '',
  ],
  device_filter: (op) => [slotName(op.cgroup), describeProgram(op.program)],

  stdio: (op) => [
    op.terminal ? `terminal ${op.columns}x${op.rows}` : 'pipes',
    op.stdin ? 'with stdin' : 'without stdin',
    op.uid === 0 && op.gid === 0 ? '' : `owned by ${op.uid}:${op.gid}`,
  ],
  terminal: (op) => [`in ${slotName(op.at)}`, op.bindConsole ? 'bound to /dev/console' : '', `owned by ${op.uid}`],
  log: (op) => [op.driver, op.driver === 'none' ? '' : showText(op.path), describeRotation(op)],
  listen: (op) => [showText(op.path), octal(op.mode)],
  record_start: (op) => [place(op.at, op.path), op.prefix === '' ? '' : `prefix ${showText(op.prefix)}`],
  record_exit: (op) => [place(op.at, op.path), op.sync ? 'synced to disk' : ''],
  oom_counter: (op) => [slotName(op.slot)],
  deadline: ({ seconds }) => [`${seconds} s`],
  supervise: () => ['as the monitor, until the exit'],
  claim: (op) => [place(op.at, op.record), `begins with ${showText(op.expected)}`],
  spawn: (op) => [list(op.argv)],
  carry_out: (op) => [showText(op.path), 'if there'],

  inherit_stdio: (op) => [
    [op.stdin, op.stdout, op.stderr].map(slotName).join(', '),
    op.uid === 0 && op.gid === 0 ? '' : `owned by ${op.uid}:${op.gid}`,
  ],
  send_terminal: (op) => [`through ${slotName(op.socket)}`],
  hook: (op) => [showText(op.path), list(op.argv), Number(op.timeoutS) > 0 ? `for ${op.timeoutS} s at most` : ''],
  find_program: (op) => [showText(op.name), `first of ${list(op.candidates)}`],
  start_gate: (op) => [`a connection at ${slotName(op.socket)}`],
  preserve_fds: (op) => [`${op.count} from ${slotName(op.first)}`],
  detach: (op) => [op.waiting ? 'as it waits for its start' : 'as it runs'],

  set_scheduler: (op) => [
    `policy ${op.policy}`,
    `nice ${op.nice}`,
    `priority ${op.priority}`,
    `${op.runtime}/${op.deadline}/${op.period} ns`,
  ],
  set_ioprio: (op) => [`class ${Number(op.value) >> 13}`, `level ${Number(op.value) & 0x1fff}`],
  set_affinity: (op) => [`mask ${showBlob(op.cpus)}`],
  set_mempolicy: (op) => [`mode ${op.mode}`, `nodes ${showBlob(op.nodes)}`],
  set_personality: (op) => [`0x${op.persona.toString(16)}`],
  seccomp_listen: (op) => [describeProgram(op.program), `its listener through ${slotName(op.socket)}`],
  clone_mount: (op) => [
    `${slotName(op.slot)} = ${showText(op.source)}`,
    op.recursive ? 'with all below' : '',
    ...attributes(op.attrSet, op.attrClear),
    propagation(op.propagation),
    `ids mapped by ${slotName(op.idMap)}${op.idMapRecursive ? ', with all below' : ''}`,
  ],
  attach_mount: (op) => [`${slotName(op.slot)} on ${place(op.at, op.target)}`],
  chown_tree: (op) => [place(op.at, op.path), `${op.uid}:${op.gid}`],
  copy_tree: (op) => [`${slotName(op.source)} to ${place(op.at, op.path)}`],
  reserve_port: (op) => [describeSocketAddress(op)],
  release_ports: () => [],
  reopen_null: () => [],
  await_end: (op) => [slotName(op.slot)],
  unpack: (op) => [
    `${slotName(op.records)} to ${place(op.at, op.path)}`,
    `answers to ${slotName(op.answer)}`,
    op.opaque,
    op.live ? 'across mounts' : '',
    op.keepKinds ? 'directories stay directories' : '',
  ],
};

function describeNode(op: Op<'mknod'>): readonly string[] {
  const { type, permissions } = nodeOf(op.mode);
  const { major, minor } = deviceNumbers(op.device);
  return [type === 'char' || type === 'block' ? `${type} ${major}:${minor}` : type, octal(permissions)];
}

/** Usually all three sets are one, and then it is said once. */
function describeCapset(op: Op<'capset'>): readonly string[] {
  const sets = { effective: op.effective, permitted: op.permitted, inheritable: op.inheritable };
  const groups = new Map<string, string[]>();
  for (const [name, mask] of Object.entries(sets)) {
    const names = capabilities(mask);
    groups.set(names, [...(groups.get(names) ?? []), name]);
  }
  return [...groups].map(([names, of]) => `${of.join('+')} ${names}`);
}

/** Both BPF dialects have instructions of eight bytes. */
function describeProgram(program: Uint8Array): string {
  return `program of ${program.length / 8} instructions (fnv ${fingerprint(program)})`;
}

function describeEnv(env: readonly string[]): string {
  return env.length === 0 ? 'no environment' : `env ${list(env)}`;
}

function describeRotation(op: Op<'log'>): string {
  return BigInt(op.maxBytes) <= 0n ? '' : `at most ${op.maxFiles} files of ${op.maxBytes} bytes`;
}
