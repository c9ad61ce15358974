import { formatDuration } from '../../base/duration.ts';
import { formatTable } from '../../base/table.ts';
import type { ContainerProcess } from '../../engine/containers/top.ts';
import type { UserNames } from '../../engine/containers/user-names.ts';
import { ALL_CAPABILITIES, capabilityNames } from '../../engine/kernel-words.ts';
import { optionError } from '../parse/option-error.ts';
import { suggest } from '../parse/suggest.ts';
import { goTime } from './go-time.ts';

/** What columns need besides the process. */
export interface TopContext {
  /** Seconds since the boot, now. */
  readonly uptimeS: number;
  readonly ticksPerSecond: number;
  /** Since the epoch, now. */
  readonly nowMs: number;
  readonly inside: UserNames;
  readonly onHost: UserNames;
}

type Column = readonly [heading: string, cell: (process: ContainerProcess, context: TopContext) => string];

const COLUMNS: Readonly<Record<string, Column>> = {
  args: ['COMMAND', ({ args, command }) => (args.length === 0 ? `[${command}]` : args.join(' '))],
  capamb: ['AMBIENT CAPS', ({ capabilities }) => describeCapabilities(capabilities.ambient)],
  capbnd: ['BOUNDING CAPS', ({ capabilities }) => describeCapabilities(capabilities.bounding)],
  capeff: ['EFFECTIVE CAPS', ({ capabilities }) => describeCapabilities(capabilities.effective)],
  capinh: ['INHERITED CAPS', ({ capabilities }) => describeCapabilities(capabilities.inheritable)],
  capprm: ['PERMITTED CAPS', ({ capabilities }) => describeCapabilities(capabilities.permitted)],
  comm: ['COMMAND', ({ command }) => command],
  etime: ['ELAPSED', (process, context) => formatDuration(Math.floor(aliveS(process, context) * 1e3))],
  group: ['GROUP', ({ gid }, { inside }) => inside.group(gid)],
  groups: ['GROUPS', ({ groups }, { inside }) => groups.map(inside.group).join(',')],
  hgroup: ['HGROUP', ({ gid }, { onHost }) => onHost.group(gid)],
  hpid: ['HPID', ({ pid }) => String(pid)],
  huser: ['HUSER', ({ uid }, { onHost }) => onHost.user(uid)],
  label: ['LABEL', ({ label }) => label || '?'],
  nice: ['NI', ({ nice }) => String(nice)],
  pcpu: ['%CPU', cpuShare],
  pgid: ['PGID', ({ innerGroup }) => String(innerGroup)],
  pid: ['PID', ({ innerPid }) => String(innerPid)],
  ppid: ['PPID', ({ innerParentPid }) => String(innerParentPid)],
  rgroup: ['RGROUP', ({ realGid }, { inside }) => inside.group(realGid)],
  rss: ['RSS', ({ residentKiB }) => String(residentKiB)],
  ruser: ['RUSER', ({ realUid }, { inside }) => inside.user(realUid)],
  seccomp: ['SECCOMP', ({ seccomp }) => ['disabled', 'strict', 'filter'][seccomp] ?? String(seccomp)],
  state: ['STATE', ({ state }) => state],
  stime: ['STIME', startTime],
  time: ['TIME', ({ cpuTicks }, { ticksPerSecond }) => formatDuration((cpuTicks / ticksPerSecond) * 1e3)],
  tty: ['TTY', ({ tty }) => terminalName(tty)],
  user: ['USER', ({ uid }, { inside }) => inside.user(uid)],
  vsz: ['VSZ', ({ virtualKiB }) => String(virtualKiB)],
};

/** ps(1)'s codes for the same columns. */
const CODES: Readonly<Record<string, string>> = {
  '%C': 'pcpu',
  '%G': 'group',
  '%P': 'ppid',
  '%U': 'user',
  '%a': 'args',
  '%c': 'comm',
  '%g': 'rgroup',
  '%n': 'nice',
  '%p': 'pid',
  '%r': 'pgid',
  '%t': 'etime',
  '%u': 'ruser',
  '%x': 'time',
  '%y': 'tty',
  '%z': 'vsz',
};
export const TOP_COLUMNS = Object.keys(COLUMNS);
const DEFAULT_COLUMNS = ['user', 'pid', 'ppid', 'pcpu', 'etime', 'tty', 'time', 'args'];

/** The columns that words name, podman's where there are none: `pid,args`, `pid args`, `%C`. Throws EOPTION. */
export function parseTopColumns(words: readonly string[]): string[] {
  const names = words
    .flatMap((word) => word.split(','))
    .map((word) => (Object.hasOwn(CODES, word) ? CODES[word]! : word));
  for (const name of names) {
    if (Object.hasOwn(COLUMNS, name)) continue;
    const nearest = suggest(name, TOP_COLUMNS);
    throw optionError(
      `column ${JSON.stringify(name)}`,
      'there is no such column',
      nearest === undefined ? undefined : `did you mean "${nearest}"?`,
    );
  }
  return names.length === 0 ? DEFAULT_COLUMNS : names;
}

/** The table of `top`. */
export function printTop(
  columns: readonly string[],
  processes: readonly ContainerProcess[],
  context: TopContext,
): string {
  const chosen = columns.map((name) => COLUMNS[name]!);
  const lines = processes.map((process) => chosen.map(([, cell]) => cell(process, context)));
  return formatTable([chosen.map(([heading]) => heading), ...lines]);
}

function describeCapabilities(mask: string): string {
  const bits = BigInt(`0x${mask || '0'}`);
  if (bits === 0n) return 'none';
  if ((bits & ALL_CAPABILITIES) === ALL_CAPABILITIES) return 'full';
  return capabilityNames(bits)
    .map((name) => name.replace('CAP_', ''))
    .join(',');
}

function aliveS({ startTicks }: ContainerProcess, { uptimeS, ticksPerSecond }: TopContext): number {
  return Math.max(0, uptimeS - startTicks / ticksPerSecond);
}

/** To the second, as podman tells it: the kernel's own clock starts somewhere within one. */
function startTime(process: ContainerProcess, context: TopContext): string {
  const startedS = Math.round(context.nowMs / 1e3 - aliveS(process, context));
  return goTime(new Date(startedS * 1e3).toISOString());
}

function cpuShare(process: ContainerProcess, context: TopContext): string {
  const alive = aliveS(process, context);
  return (alive === 0 ? 0 : (process.cpuTicks / context.ticksPerSecond / alive) * 100).toFixed(3);
}

/** proc_pid_stat(5), tty_nr: the minor number is in bits 31 to 20 and 7 to 0, the major in bits 15 to 8. */
function terminalName(number: number): string {
  const [major, minor] = [(number >> 8) & 0xff, (number & 0xff) | ((number >> 12) & 0xfff00)];
  if (number === 0) return '?';
  if (major >= 136 && major <= 143) return `pts/${minor + (major - 136) * 256}`;
  return major === 4 ? `tty${minor}` : major === 5 && minor === 1 ? 'console' : `${major}:${minor}`;
}
