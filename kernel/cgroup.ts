import { parseBlkioBytes, parseFlatKeyed, parseIoStat, parseLimit, type IoBytes } from '../abi/cgroup-files.ts';
import type { CgroupFacts } from '../plan/facts.ts';
import { readKernelFile } from './files.ts';

/** Directory of a cgroup in the hierarchy that has this controller; `undefined` where none has it. */
export function controllerDirectory(facts: CgroupFacts, controller: string, cgroupsPath: string): string | undefined {
  const v1 = facts.hierarchies.find(({ controllers }) => controllers.includes(controller))?.mountPoint;
  if (v1 !== undefined) return `${v1}${cgroupsPath}`;
  return facts.unifiedControllers.includes(controller) ? `${facts.unified}${cgroupsPath}` : undefined;
}

/** Every directory that a container's cgroup can have, one a hierarchy. */
export function cgroupDirectories(facts: CgroupFacts, cgroupsPath: string): string[] {
  const roots = [
    ...(facts.unified === undefined ? [] : [facts.unified]),
    ...facts.hierarchies.map((one) => one.mountPoint),
  ];
  return roots.map((root) => `${root}${cgroupsPath}`);
}

/** Pids in a cgroup and those below it are one flat list only in its own file: children are not included. */
export function cgroupProcesses(facts: CgroupFacts, cgroupsPath: string): number[] {
  for (const directory of cgroupDirectories(facts, cgroupsPath)) {
    const text = readKernelFile(`${directory}/cgroup.procs`);
    if (text !== undefined) return text.split('\n').filter(Boolean).map(Number);
  }
  return [];
}

export interface CgroupStats {
  readonly cpuUsageNs: number;
  readonly cpuThrottledPeriods: number;
  readonly cpuThrottledNs: number;
  readonly memoryBytes: number;
  /** `undefined`: no limit. */
  readonly memoryLimitBytes: number | undefined;
  readonly memoryPeakBytes: number;
  readonly oomKills: number;
  readonly pids: number;
  readonly pidsLimit: number | undefined;
  readonly io: IoBytes;
}

/** What a container's cgroup has used, from v1 or v2 files; what is not accounted here is 0. */
export function readCgroupStats(facts: CgroupFacts, cgroupsPath: string): CgroupStats {
  const isV2 = facts.unifiedControllers.includes('memory');
  return { ...(isV2 ? readV2(facts, cgroupsPath) : readV1(facts, cgroupsPath)), ...readPids(facts, cgroupsPath) };
}

type Usage = Omit<CgroupStats, 'pids' | 'pidsLimit'>;

function readV2(facts: CgroupFacts, cgroupsPath: string): Usage {
  const read = (name: string) => readKernelFile(`${facts.unified}${cgroupsPath}/${name}`) ?? '';
  const cpu = parseFlatKeyed(read('cpu.stat'));
  return {
    cpuUsageNs: (cpu['usage_usec'] ?? 0) * 1000,
    cpuThrottledPeriods: cpu['nr_throttled'] ?? 0,
    cpuThrottledNs: (cpu['throttled_usec'] ?? 0) * 1000,
    memoryBytes: Math.max(
      0,
      Number(read('memory.current')) - (parseFlatKeyed(read('memory.stat'))['inactive_file'] ?? 0),
    ),
    memoryLimitBytes: parseLimit(read('memory.max')),
    memoryPeakBytes: Number(read('memory.peak')),
    oomKills: parseFlatKeyed(read('memory.events'))['oom_kill'] ?? 0,
    io: parseIoStat(read('io.stat')),
  };
}

function readV1(facts: CgroupFacts, cgroupsPath: string): Usage {
  const read = (controller: string, name: string) => {
    const directory = controllerDirectory(facts, controller, cgroupsPath);
    return directory === undefined ? '' : (readKernelFile(`${directory}/${name}`) ?? '');
  };
  const cpu = parseFlatKeyed(read('cpu', 'cpu.stat'));
  const memory = parseFlatKeyed(read('memory', 'memory.stat'));
  return {
    cpuUsageNs: Number(read('cpuacct', 'cpuacct.usage')),
    cpuThrottledPeriods: cpu['nr_throttled'] ?? 0,
    cpuThrottledNs: cpu['throttled_time'] ?? 0,
    // As docker stats: the page cache that could be dropped at once is not counted.
    memoryBytes: Math.max(0, Number(read('memory', 'memory.usage_in_bytes')) - (memory['total_inactive_file'] ?? 0)),
    memoryLimitBytes: parseLimit(read('memory', 'memory.limit_in_bytes')),
    memoryPeakBytes: Number(read('memory', 'memory.max_usage_in_bytes')),
    oomKills: parseFlatKeyed(read('memory', 'memory.oom_control'))['oom_kill'] ?? 0,
    io: parseBlkioBytes(read('blkio', 'blkio.throttle.io_service_bytes_recursive')),
  };
}

function readPids(facts: CgroupFacts, cgroupsPath: string): Pick<CgroupStats, 'pids' | 'pidsLimit'> {
  const directory = controllerDirectory(facts, 'pids', cgroupsPath);
  if (directory === undefined) return { pids: cgroupProcesses(facts, cgroupsPath).length, pidsLimit: undefined };
  const read = (name: string) => readKernelFile(`${directory}/${name}`) ?? '';
  return { pids: Number(read('pids.current')), pidsLimit: parseLimit(read('pids.max')) };
}

/** The directories of a cgroup that a process is in, as proc_pid_cgroup(5) tells; those of other cgroups are left out. */
export function joinedCgroups(
  facts: CgroupFacts,
  pid: number,
  cgroupsPath: string,
): { unified?: string; v1: string[] } {
  const v1: string[] = [];
  let unified: string | undefined;
  for (const line of (readKernelFile(`/proc/${pid}/cgroup`) ?? '').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
    if (path !== cgroupsPath && !path?.startsWith(`${cgroupsPath}/`)) continue;
    if (controllers === '') unified = `${facts.unified}${path}`;
    else {
      const first = controllers!.split(',')[0]!;
      const mountPoint = facts.hierarchies.find((one) => one.controllers.includes(first))?.mountPoint;
      if (mountPoint !== undefined) v1.push(`${mountPoint}${path}`);
    }
  }
  return unified === undefined ? { v1 } : { unified, v1 };
}
