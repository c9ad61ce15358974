import { mapperOf } from '../user-namespace.ts';
import type { Op, OpName } from '../ops.ts';
import { CLONE_FLAG } from '../../abi/flags/clone.ts';
import { SLOT, slotName } from '../slots.ts';
import { mountFlags, rlimitName } from './flags.ts';
import type { Slots } from './slots.ts';
import { resolvePath } from './slots.ts';
import { ipWords } from './rtnetlink.ts';
import { describeSocketAddress } from './socket-address.ts';
import { nodeOf, printable } from './values.ts';

/** What an operation does, in the infinitive, and to what: the two halves of `cannot mount "proc" at "/proc"`. */
export interface Deed {
  readonly doing: string;
  readonly subject: string;
}

const NETLINK_NETFILTER = 12;

type Deeds = { readonly [N in OpName]: (op: Op<N>, slots: Slots) => readonly [doing: string, subject: string] };

/** One operation for an error message or a trace: `mount "proc" at "/proc"`. */
export function describeOp(op: Op, slots: Slots = new Map()): string {
  const { doing, subject } = deedOf(op, slots);
  return subject === '' ? doing : `${doing} ${subject}`;
}

export function deedOf(op: Op, slots: Slots = new Map()): Deed {
  const [doing, subject] = (DEEDS[op.op] as (op: Op, slots: Slots) => readonly [string, string])(op, slots);
  return { doing, subject };
}

/** Below the container's root a path is named as the container sees it, elsewhere in full. */
function quoted(slots: Slots, at: number, path: string): string {
  if (at < 0 || at === SLOT.root || !slots.has(at)) return quote(path === '' || path === '.' ? '/' : path);
  return quote(resolvePath(slots, at, path) ?? `${slotName(at)}:${path}`);
}

const quote = (text: string): string => `"${text}"`;
const SHORT = 80;

const DEEDS: Deeds = {
  open: (op, slots) => ['open', quoted(slots, op.at, op.path)],
  close: (op) => ['close', slotName(op.slot)],
  mkdir: (op, slots) => [isCgroup(slots, op) ? 'create cgroup' : 'create directory', quoted(slots, op.at, op.path)],
  symlink: (op, slots) => ['create symbolic link', quoted(slots, op.at, op.path)],
  mknod: (op, slots) => [`create ${nodeNoun(op.mode)}`, quoted(slots, op.at, op.path)],
  chmod: (op, slots) => ['change the mode of', quoted(slots, op.at, op.path)],
  chown: (op, slots) => ['change the owner of', quoted(slots, op.at, op.path)],
  write: (op, slots) => ['write', `${shortData(op.data)} to ${quoted(slots, op.at, op.path)}`],
  write_pid: (op, slots) => ['write', `the container's pid to ${quoted(slots, op.at, op.path)}`],
  unlink: (op, slots) => ['remove', quoted(slots, op.at, op.path)],
  unlink_link: (op, slots) => ['remove', quoted(slots, op.at, op.path)],
  remove: (op, slots) => ['remove', quoted(slots, op.at, op.path)],
  kill_cgroup: (op, slots) => ['kill', `the processes in cgroup ${quoted(slots, op.at, op.path)}`],
  remove_cgroup: (op, slots) => ['remove cgroup', quoted(slots, op.at, op.path)],

  mount: (op, slots) => ['mount', `${quote(op.source || op.type)} at ${quoted(slots, op.at, op.target)}`],
  overlay: (op) => ['mount', `an overlay of ${op.lower.length} layers at ${quote(op.target)}`],
  bind: (op, slots) => ['bind', `${quoted(slots, op.sourceAt, op.source)} at ${quoted(slots, op.at, op.target)}`],
  mask: (op, slots) => ['hide', quoted(slots, op.at, op.path)],
  mount_setattr: describeSetattr,
  umount: (op, slots) => ['unmount', quoted(slots, op.at, op.path)],
  move_root: (op, slots) => ['move the root to', quote(slots.get(op.slot) ?? slotName(op.slot))],
  pivot_root: (op, slots) => ['change the root to', quote(slots.get(op.slot) ?? slotName(op.slot))],

  user_namespace: () => ['create', 'a user namespace to map the ids of mounts by'],
  unshare: (op) => ['create', namespaceNouns(op.flags)],
  setns: (op, slots) => ['join', `${namespaceNouns(op.flags)} of ${quote(slots.get(op.slot) ?? slotName(op.slot))}`],
  clone: (op) => ['create', `a process in ${namespaceNouns(op.flags)}`],
  await: (op) => ['wait at', `gate ${op.gate}`],
  release: (op) => ['open', `gate ${op.gate}`],
  setsid: () => ['create', 'a session'],
  sethostname: (op) => ['set', `hostname ${quote(op.name)}`],
  setdomainname: (op) => ['set', `domain name ${quote(op.name)}`],
  setrlimit: (op) => ['set', `${rlimitName(op.resource)} to ${op.soft}:${op.hard}`],
  prctl: (op) => ['set', `process option ${op.option}`],
  keyctl_join: (op) => ['join', `session keyring ${quote(op.name)}`],
  umask: (op) => ['set', `umask 0${op.mask.toString(8)}`],
  chdir: (op) => ['change to', `working directory ${quote(op.path)}`],
  setgroups: (op) => ['set', `supplementary groups ${quote(op.gids.join(','))}`],
  setresgid: (op) => ['become', `group ${op.gid}`],
  setresuid: (op) => ['become', `user ${op.uid}`],
  bounding: () => ['set', 'the bounding capabilities'],
  capset: () => ['set', 'the capabilities'],
  ambient: () => ['set', 'the ambient capabilities'],
  seccomp: () => ['install', 'the seccomp filter'],
  exec: (op) => ['run', quote(op.argv[0] ?? op.candidates[0] ?? '')],

  netlink: (op) =>
    Number(op.protocol) === NETLINK_NETFILTER ? ['change', 'the firewall'] : ['configure', 'the network'],
  rtnetlink: describeRtnetlink,
  device_filter: () => ['attach', 'the device filter'],

  stdio: (op) => ['open', op.terminal ? 'a terminal' : 'the standard streams'],
  terminal: () => ['open', 'the container’s terminal'],
  log: (op) => ['open', `log ${quote(op.path)}`],
  listen: (op) => ['listen', `at ${quote(op.path)}`],
  record_start: (op, slots) => ['write', `the start record ${quoted(slots, op.at, op.path)}`],
  record_exit: (op, slots) => ['write', `the exit record ${quoted(slots, op.at, op.path)}`],
  oom_counter: () => ['read', 'the OOM counter'],
  deadline: () => ['set', 'the time-out of the container'],
  supervise: () => ['supervise', 'the container'],
  claim: (op) => ['claim', quote(op.record)],
  spawn: (op) => ['start', quote(op.path)],
  carry_out: (op) => ['carry out', quote(op.path)],

  inherit_stdio: () => ['pass on', 'the standard streams'],
  send_terminal: () => ['send', 'the terminal to the console socket'],
  hook: (op) => {
    const mapper = mapperOf(op);
    return mapper === undefined ? ['run', `hook ${quote(op.path)}`] : ['map', `ids by ${quote(mapper)}`];
  },
  find_program: (op) => ['run', quote(op.name)],
  start_gate: () => ['wait', 'for the start'],
  preserve_fds: (op) => ['pass on', `descriptors 3 to ${Number(op.count) + 2}`],
  detach: () => ['leave', 'the container to itself'],

  set_scheduler: (op) => ['set', `scheduling policy ${op.policy}`],
  set_ioprio: (op) => ['set', `I/O priority ${op.value}`],
  set_affinity: () => ['set', 'the CPU affinity'],
  set_mempolicy: (op) => ['set', `memory policy ${op.mode}`],
  set_personality: (op) => ['set', `personality 0x${op.persona.toString(16)}`],
  seccomp_listen: () => ['install', 'the seccomp filter with its listener'],
  clone_mount: (op) => ['copy', `the mount at ${quote(op.source)}`],
  attach_mount: (op, slots) => ['mount', `${slotName(op.slot)} at ${quoted(slots, op.at, op.target)}`],
  chown_tree: (op, slots) => ['change the owner of all in', quoted(slots, op.at, op.path)],
  copy_tree: (op, slots) => ['copy', `what ${quoted(slots, op.at, op.path)} hides into it`],
  reserve_port: (op) => ['publish', describeSocketAddress(op)],
  release_ports: () => ['give back', 'the published ports'],
  reopen_null: () => ['open', 'the container’s own /dev/null as its standard streams'],
  await_end: () => ['wait for', 'the end of who started this'],
  unpack: (op, slots) => ['unpack', `a layer into ${quoted(slots, op.at, op.path)}`],
};

const NETWORK_DEEDS: Readonly<Record<string, string>> = {
  'link add': 'create interface',
  'link set': 'bring up interface',
  'link delete': 'remove interface',
  'address add': 'add address',
  'address delete': 'remove address',
  'route add': 'add route',
  'route delete': 'remove route',
};

function describeRtnetlink(op: Op<'rtnetlink'>): readonly [string, string] {
  const words = (ipWords(op, 'PID') ?? []).filter((word) => word !== '-6');
  const netns = words.indexOf('netns');
  if (words[2] === 'set' && netns > 0) {
    const renamed = words[netns + 2] === 'name' ? ` as "${words[netns + 3]}"` : '';
    return ['move', `network interface "${op.interface}" into the container${renamed}`];
  }
  if (words[2] === 'set' && words[4] === 'name')
    return ['rename', `network interface "${op.interface}" to "${words[5]}"`];
  const doing = NETWORK_DEEDS[`${words[1]} ${words[2]}`];
  if (doing === undefined) return ['configure', 'the network'];
  const name = words[words.indexOf('name') + 1];
  const related = op.interface === '' ? '' : ` on "${op.interface}"`;
  return [doing, `${quote((words[1] === 'link' && words[2] === 'add' ? name : words[3]) ?? '')}${related}`];
}

function describeSetattr(op: Op<'mount_setattr'>, slots: Slots): readonly [string, string] {
  const onlyPropagation = BigInt(op.attrSet) === 0n && BigInt(op.attrClear) === 0n;
  const what = onlyPropagation ? `propagation ${mountFlags(op.propagation)}` : 'the mount attributes';
  return ['set', `${what} at ${quoted(slots, op.at, op.path)}`];
}

function isCgroup(slots: Slots, { at, path }: Op<'mkdir'>): boolean {
  return resolvePath(slots, at, path)?.startsWith('/sys/fs/cgroup/') ?? false;
}

function nodeNoun(mode: number): string {
  const { type } = nodeOf(mode);
  return type === 'char' || type === 'block' ? 'device' : type === 'unknown' ? 'node' : type;
}

function shortData(data: Uint8Array): string {
  const text = printable(data)?.trimEnd();
  return text === undefined || text.length > SHORT || text.includes('\n') ? `${data.length} bytes` : quote(text);
}

function namespaceNouns(flags: number | bigint): string {
  const value = BigInt(flags);
  const types = Object.entries(CLONE_FLAG).flatMap(([type, flag]) => ((value & BigInt(flag)) === 0n ? [] : [type]));
  if (types.length === 0) return 'the namespaces';
  return types.length === 1 ? `${types[0]} namespace` : `${types.join(', ')} namespaces`;
}
