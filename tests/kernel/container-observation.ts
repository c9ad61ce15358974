import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** What the kernel says about a running container, with everything replaced that differs from start to start. */
export interface Observation {
  /** Namespace types that the process shares with the companion. */
  readonly sharedNamespaces: readonly string[];
  readonly status: Readonly<Record<string, string>>;
  readonly mounts: readonly string[];
  readonly limits: string;
  readonly environment: readonly string[];
  readonly command: readonly string[];
  readonly directory: string;
  readonly descriptors: readonly string[];
  readonly devices: readonly string[];
  readonly cgroups: string;
  readonly cgroupValues: Readonly<Record<string, string>>;
  readonly oomScoreAdj: string;
  readonly leadsSession: boolean;
  readonly names: string;
  readonly loopback: string;
  readonly timeOffsets: string;
  readonly idMaps: string;
}

const STATUS = [
  'Umask',
  'Uid',
  'Gid',
  'Groups',
  'NSpid',
  'CapInh',
  'CapPrm',
  'CapEff',
  'CapBnd',
  'CapAmb',
  'NoNewPrivs',
  'Seccomp',
];
/** Of the mounts' super options those that depend on the machine's memory, or on who mounted first. */
const VOLATILE_OPTION = /,(nr_inodes|size)=\d+k?(?=,|$)/g;

/** Observes a process; `own` texts (an id, a directory) become `ITS` so that two containers can be compared. */
export function observeContainer(
  pid: number,
  cgroupFiles: readonly string[],
  own: readonly string[],
  companion: number | 'self',
): Observation {
  const neutral = (text: string) => own.reduce((all, part) => all.replaceAll(part, 'ITS'), text);
  const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
  const link = (name: string) => readlinkSync(`/proc/${pid}/${name}`);
  const types = readdirSync('/proc/self/ns').filter((type) => !type.endsWith('_for_children'));
  return {
    sharedNamespaces: types.filter((type) => link(`ns/${type}`) === readlinkSync(`/proc/${companion}/ns/${type}`)),
    status: statusOf(read('status'), pid),
    mounts: normaliseMounts(neutral(read('mountinfo'))),
    limits: read('limits'),
    environment: neutral(read('environ')).split('\0').sort(),
    command: read('cmdline').split('\0'),
    directory: neutral(link('cwd')),
    descriptors: readdirSync(`/proc/${pid}/fd`),
    devices: devicesBelow(`/proc/${pid}/root/dev`),
    cgroups: neutral(read('cgroup')),
    cgroupValues: Object.fromEntries(cgroupFiles.map((file) => [neutral(file), readFileSync(file, 'utf8')])),
    oomScoreAdj: read('oom_score_adj'),
    leadsSession: read('stat').split(') ')[1]!.split(' ')[3] === String(pid),
    names: inNamespace(pid, '--uts', 'cat', '/proc/sys/kernel/hostname', '/proc/sys/kernel/domainname'),
    loopback: inNamespace(pid, '--net', 'ip', '-o', 'link', 'show', 'lo'),
    timeOffsets: read('timens_offsets'),
    idMaps: read('uid_map') + read('gid_map'),
  };
}

function statusOf(text: string, pid: number): Record<string, string> {
  const fields = text.split('\n').map((line) => line.split(':\t') as [string, string]);
  const kept = fields.filter(([name]) => STATUS.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, pidless(value, pid)]));
}

/** In a namespace that others are in too, even the inner pid is one of many; PID 1 is told from it. */
function pidless(value: string, pid: number): string {
  const [first, ...inner] = value.split('\t');
  return first === String(pid) ? ['PID', ...inner.map((each) => (each === '1' ? each : 'PID'))].join('\t') : value;
}

/** Mount, parent, peer group and anonymous device numbers count up over the machine's life: they become ranks here. */
function normaliseMounts(mountinfo: string): string[] {
  const lines = mountinfo
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' '));
  const ranks = new Map(lines.map(([id], rank) => [id, `#${rank}`]));
  const devices = new Map<string, string>();
  for (const [, , device] of lines) if (!devices.has(device!)) devices.set(device!, `dev#${devices.size}`);
  return lines.map(([id, parent, device, ...rest]) => {
    const words = rest.map((word) => word.replace(/^(shared|master|propagate_from):\d+$/, '$1'));
    return [ranks.get(id), ranks.get(parent) ?? '#', devices.get(device!), ...words]
      .join(' ')
      .replace(VOLATILE_OPTION, '');
  });
}

function devicesBelow(directory: string): string[] {
  return readdirSync(directory).map((name) => {
    try {
      const { mode, rdev, uid, gid } = statSync(`${directory}/${name}`);
      // It belongs to whoever made the IPC namespace; in another user namespace that is root here, root there by hand.
      if (name === 'mqueue') return `${name} ${mode.toString(8)} ${rdev}`;
      return `${name} ${mode.toString(8)} ${rdev} ${uid}:${gid}`;
    } catch {
      // The links to /proc/self/fd lead nowhere from here.
      return `${name} -> ${readlinkSync(`${directory}/${name}`)}`;
    }
  });
}

function inNamespace(pid: number, namespace: string, ...argv: string[]): string {
  const { stdout, stderr } = Bun.spawnSync(['nsenter', '-t', String(pid), namespace, ...argv]);
  return `${stdout}${stderr}`;
}
