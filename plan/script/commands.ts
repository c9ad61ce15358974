import {
  MS_BIND,
  MS_MOVE,
  MS_PRIVATE,
  MS_REC,
  MS_REMOUNT,
  MS_SHARED,
  MS_SLAVE,
  MS_UNBINDABLE,
} from '../../abi/flags/mount.ts';
import { MNT_DETACH, MNT_FORCE } from '../../abi/flags/mount.ts';
import { O_APPEND, O_CREAT } from '../../abi/flags/open.ts';
import { linkName, parseLinkChange } from '../describe/netlink.ts';
import { firewallCommands } from '../describe/nftables.ts';
import { ipWords } from '../describe/rtnetlink.ts';
import { deviceNumbers, nodeOf, octal, printable } from '../describe/values.ts';
import type { Op, OpName } from '../ops.ts';
import { SLOT, slotName } from '../slots.ts';
import { attributeWords, flagWords, propagationOptions } from './mount-words.ts';
import { pathWord, type Place } from './place.ts';
import { comment, printfArguments, quote, quoteWithId } from './quote.ts';

type Commands = { readonly [N in OpName]?: (op: Op<N>, place: Place) => readonly string[] };

/**
 * The shell commands for an operation that stands on its own. Those that change the process itself (unshare, setns,
 * capabilities, exec …) are not here: they become the way in which the next program is started.
 */
export function commandsFor(place: Place): readonly string[] {
  const write = COMMANDS[place.op.op] as ((op: Op, place: Place) => readonly string[]) | undefined;
  return write === undefined ? withoutCounterpart(place.op) : write(place.op, place);
}

const PROPAGATIONS = MS_SHARED | MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE;

const COMMANDS: Commands = {
  open: (op, place) => {
    if (op.slot === SLOT.root && !place.pivoted) return [`export root=${pathWord(place, op.at, op.path)}`];
    return (Number(op.flags) & O_CREAT) === 0 ? [] : [`: >>${pathWord(place, op.at, op.path)}`];
  },
  close: () => [],
  mkdir: (op, place) => [`mkdir -${op.existOk ? 'p' : ''}m ${octal(op.mode)} ${pathWord(place, op.at, op.path)}`],
  symlink: (op, place) => {
    const path = pathWord(place, op.at, op.path);
    return [`${op.existOk ? `[ -e ${path} ] || [ -L ${path} ] || ` : ''}ln -s ${optionProof(op.target)} ${path}`];
  },
  mknod: makeNode,
  chmod: (op, place) => [`chmod ${octal(op.mode)} ${pathWord(place, op.at, op.path)}`],
  chown: (op, place) => [`chown ${op.uid}:${op.gid} ${pathWord(place, op.at, op.path)}`],
  chown_tree: (op, place) => [`chown -hR ${op.uid}:${op.gid} ${pathWord(place, op.at, op.path)}`],
  write: (op, place) => {
    const arrow = (Number(op.flags) & O_APPEND) === 0 ? '>' : '>>';
    return [`${writer(op.data)} ${arrow}${pathWord(place, op.at, op.path)}`];
  },
  write_pid: (op, place) => [`echo ${place.op.stage === 'host' ? '"$pid"' : 0} >${pathWord(place, op.at, op.path)}`],
  unlink: (op, place) => [`rm ${op.missingOk ? '-f ' : ''}${pathWord(place, op.at, op.path)}`],
  unlink_link: (op, place) => {
    const path = pathWord(place, op.at, op.path);
    return [`[ "$(readlink ${path})" != ${quote(op.target)} ] || rm ${path}`];
  },
  remove: (op, place) => [`rm -rf --one-file-system ${pathWord(place, op.at, op.path)}`],
  kill_cgroup: (op, place) => [`kill_cgroup ${pathWord(place, op.at, op.path)}`],
  remove_cgroup: (op, place) => [`remove_cgroup ${pathWord(place, op.at, op.path)}`],
  mount: mountCommands,
  overlay: overlayCommands,
  bind: bindCommands,
  mask: (op, place) => [`hide ${pathWord(place, op.at, op.path)}`],
  mount_setattr: (op, place) => {
    const path = pathWord(place, op.at, op.path);
    return [...changeAttributes(op, op.recursive, path), ...changePropagation(op.propagation, op.recursive, path)];
  },
  umount: (op, place) => {
    const flags = Number(op.flags);
    const options = `${flags & MNT_DETACH ? ' -l' : ''}${flags & MNT_FORCE ? ' -f' : ''}`;
    const command = `umount${options} ${pathWord(place, op.at, op.path)}`;
    return [op.missingOk ? `${command} 2>/dev/null || :` : command];
  },
  user_namespace: () => [
    comment('(Before util-linux 2.39 mount passes over X-mount.idmap: the owners are not mapped then)'),
  ],
  move_root: () => ['cd "$root"', 'mount --move . /', 'chroot .'],
  pivot_root: () => ['cd /usr', 'pivot_root "$root" "$root"'],
  sethostname: (op) => [`printf %s ${quote(op.name)} >/proc/sys/kernel/hostname`],
  setdomainname: (op) => [`printf %s ${quote(op.name)} >/proc/sys/kernel/domainname`],
  umask: (op) => [`umask ${octal(op.mask)}`],
  netlink: (op) => {
    const firewall = firewallCommands(op.protocol, op.message);
    if (firewall?.[0]?.startsWith('list ')) return [`nft ${firewall[0]} >/dev/null`];
    if (firewall !== undefined) return `nft ${quote(`\n${firewall.join('\n')}\n`)}`.split('\n');
    const link = parseLinkChange(op.protocol, op.message);
    if (link?.up === undefined || link.more) return withoutCounterpart(op);
    return [`ip link set ${linkName(link)} ${link.up ? 'up' : 'down'}`];
  },
  rtnetlink: rtnetlinkCommands,
};

/** The child's pid is a variable of the script. */
const PID = '"$pid"';

function rtnetlinkCommands(op: Op<'rtnetlink'>): readonly string[] {
  const words = ipWords(op, PID);
  if (words === undefined) return withoutCounterpart(op);
  const command = words.map((word) => (word === PID ? word : quote(word))).join(' ');
  return [op.existOk || op.missingOk ? `${command} 2>/dev/null || :` : command];
}

/** Kernel files take a value with a newline behind it, so that echo will do where it has nothing to interpret. */
function writer(data: Uint8Array): string {
  const text = printable(data) ?? '';
  return /^[\w+*:,./][\w+*:,./ -]*$/.test(text) ? `echo ${quote(text)}` : `printf ${printfArguments(data)}`;
}

function makeNode(op: Op<'mknod'>, place: Place): readonly string[] {
  const path = pathWord(place, op.at, op.path);
  const { type, permissions } = nodeOf(op.mode);
  const { major, minor } = deviceNumbers(op.device);
  const unless = op.existOk ? `[ -e ${path} ] || ` : '';
  if (type === 'char' || type === 'block')
    return [`${unless}mknod -m ${octal(permissions)} ${path} ${type[0]} ${major} ${minor}`];
  if (type === 'fifo') return [`${unless}mkfifo -m ${octal(permissions)} ${path}`];
  if (type !== 'file') return withoutCounterpart(op);
  return [`${unless}{ : >${path} && chmod ${octal(permissions)} ${path}; }`];
}

function mountCommands(op: Op<'mount'>, place: Place): readonly string[] {
  const flags = Number(op.flags);
  const target = pathWord(place, op.at, op.target);
  if ((flags & PROPAGATIONS) !== 0) return changePropagation(flags & PROPAGATIONS, (flags & MS_REC) !== 0, target);
  const source = optionProof(op.source === '' ? 'none' : op.source, place.id);
  if ((flags & MS_MOVE) !== 0) return [`mount --move ${source} ${target}`];
  const remount = (flags & MS_REMOUNT) !== 0;
  if ((flags & MS_BIND) !== 0 && !remount) return [`mount --${flags & MS_REC ? 'r' : ''}bind ${source} ${target}`];
  const verbs = [...(remount ? ['remount'] : []), ...(flags & MS_BIND ? ['bind'] : [])];
  const options = [...verbs, ...flagWords(flags), ...(op.data === '' ? [] : [op.data])].join(',');
  const type = op.type === '' ? '' : `-t ${quote(op.type)} `;
  return [`mount ${type}${options === '' ? '' : `-o ${quoteWithId(options, place.id)} `}${source} ${target}`];
}

/** Short names for the layers, from a directory of links: mount(8) has room for no more. */
function overlayCommands(op: Op<'overlay'>, place: Place): readonly string[] {
  const flags = flagWords(Number(op.flags));
  const options = [`lowerdir=${op.lower.map((_, index) => index).join(':')}`, ...op.options, ...flags];
  return [
    'links=$(mktemp -d)',
    ...op.lower.map((path, index) => `ln -s ${quoteWithId(path, place.id)} "$links/${index}"`),
    `(cd "$links" && mount -t overlay -o ${quoteWithId(options.join(','), place.id)} overlay ${pathWord(place, -1, op.target)})`,
    'rm -r "$links"',
  ];
}

function bindCommands(op: Op<'bind'>, place: Place): readonly string[] {
  const source = pathWord(place, op.sourceAt, op.source);
  const target = pathWord(place, op.at, op.target);
  const commands = [
    `mount --${op.recursive ? 'r' : ''}bind ${mapOption(op, place)}${source} ${target}`,
    ...changeAttributes(op, op.attrRecursive, target),
    ...changePropagation(op.propagation, op.recursive, target),
  ];
  if (!op.missingOk) return commands;
  return [`if [ -e ${source} ] && [ -e ${target} ]; then`, ...commands.map((line) => `  ${line}`), 'fi'];
}

/** mount(8) knows it since util-linux 2.39, and passes over it before. */
function mapOption({ idMap }: Op<'bind'>, { slots }: Place): string {
  if (idMap < 0) return '';
  const maps = slots.get(idMap);
  if (maps === undefined)
    throw new RangeError(`slot "${slotName(idMap)}" holds no user namespace that a shell could name`);
  return `-o ${quote(`X-mount.idmap=${maps}`)} `;
}

/** A remount keeps what it does not name, as it takes the present options from /proc/self/mountinfo alone. */
function changeAttributes(op: Op<'bind' | 'mount_setattr'>, recursive: boolean, target: string): readonly string[] {
  const words = attributeWords(op.attrSet, op.attrClear);
  if (words.length === 0) return [];
  const options = `remount,bind,${words.join(',')}`;
  return [recursive ? `remount_all ${options} ${target}` : `mount --options-source mtab -o ${options} ${target}`];
}

function changePropagation(propagation: number | bigint, recursive: boolean, target: string): readonly string[] {
  const options = propagationOptions(propagation, recursive);
  return options.map((option) => `mount ${option} ${target}`);
}

/** No word may pass for an option of the command it is given to. */
function optionProof(text: string, id?: string): string {
  return text.startsWith('-') ? `-- ${quote(text)}` : quoteWithId(text, id);
}

const WITHOUT_COUNTERPART: Partial<Record<OpName, string>> = {
  seccomp: 'a seccomp filter is installed by the program itself: no command does it, and none is in force here',
  device_filter: 'an eBPF device filter is attached by bpf(2): no command does it, and none is in force here',
  keyctl_join: 'a session keyring of its own would be joined by keyctl(2), which none of the tools used here calls',
  stdio: 'the monitor would hold pipes or a terminal: the container has the standard streams of this script instead',
  reopen_null: 'a standard stream that is /dev/null would be opened anew here: it stays the host’s',
  terminal: 'the monitor would open a terminal of the container’s own: it has the one of this script instead',
  log: 'the monitor would write the log',
  listen: 'the monitor would serve `limpid attach` on a socket',
  record_start: 'the monitor would write a start record',
  record_exit: 'the monitor would write an exit record',
  oom_counter: 'the monitor would read this counter at the exit, to tell an OOM kill',
  deadline: 'the monitor would kill the container when its time is over',
  supervise: 'the executor would become the monitor: this script waits instead',
  reserve_port: 'the monitor would hold this port of the host, so that nobody else takes it',
  release_ports: 'the monitor would give the ports back here',
  claim: 'a runtime would make sure here that the container is still the same',
  carry_out: 'the monitor would clear away what came up after the start, such as a network that was connected',
  spawn: 'the monitor would start `limpid` here, to decide about a restart or removal',
  inherit_stdio: 'the standard streams of this script are those of the container',
  send_terminal: 'the executor would send the terminal to whoever serves the console socket',
  find_program: 'the child would look for its program here, to say early that it is missing',
  start_gate: 'the child would wait here for the start',
  preserve_fds: 'descriptors behind 2 are passed on as they are',
  detach: 'the executor would end here, and leave the container to itself',
};

function withoutCounterpart(op: Op): readonly string[] {
  return [
    comment(`(${WITHOUT_COUNTERPART[op.op] ?? `${op.op}: util-linux, iproute2 and coreutils have no command for it`})`),
  ];
}
