import { readCgroupStats, type CgroupStats } from '../../kernel/cgroup.ts';
import { TICKS_PER_SECOND, uptimeS } from '../../kernel/clock.ts';
import { readKernelFile } from '../../kernel/files.ts';
import { cgroupPath } from '../cgroup-path.ts';
import type { ContainerRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { requireRunning } from './kill.ts';

export interface NetworkBytes {
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** What a container has used so far; two samples make a rate. */
export interface StatsSample extends CgroupStats {
  readonly id: string;
  readonly name: string;
  /** Monotonic. */
  readonly sampledNs: number;
  /** Since the container's process started. */
  readonly upNs: number;
  readonly network: NetworkBytes;
  /** The limit, or the machine's memory where there is none. */
  readonly memoryAvailableBytes: number;
}

/** Reads a running container's use of the machine. Throws ENOTRUNNING. */
export function sampleStats(world: World, record: ContainerRecord): StatsSample {
  const { process } = requireRunning(world, record, 'read the statistics of');
  const stats = readCgroupStats(world.facts.cgroup, cgroupPath(record.config));
  return {
    id: record.config.id,
    name: record.config.name,
    sampledNs: Bun.nanoseconds(),
    ...stats,
    upNs: Math.max(0, uptimeS() - Number(process.startTime) / TICKS_PER_SECOND) * 1e9,
    network: readNetworkBytes(process.pid),
    memoryAvailableBytes: stats.memoryLimitBytes ?? machineMemoryBytes(),
  };
}

/** CPU use between two samples in percent of one CPU. */
export function cpuPercent(
  sample: StatsSample,
  earlier: { readonly cpuUsageNs: number; readonly sampledNs: number },
): number {
  const elapsedNs = sample.sampledNs - earlier.sampledNs;
  return elapsedNs <= 0 ? 0 : ((sample.cpuUsageNs - earlier.cpuUsageNs) / elapsedNs) * 100;
}

/** proc_pid_net(5), dev: bytes of all interfaces but loopback. */
function readNetworkBytes(pid: number): NetworkBytes {
  let receivedBytes = 0;
  let sentBytes = 0;
  for (const line of (readKernelFile(`/proc/${pid}/net/dev`) ?? '').split('\n').slice(2)) {
    const [name, counters] = line.split(':');
    if (counters === undefined || name!.trim() === 'lo') continue;
    const numbers = counters.trim().split(/\s+/).map(Number);
    receivedBytes += numbers[0] ?? 0;
    sentBytes += numbers[8] ?? 0;
  }
  return { receivedBytes, sentBytes };
}

function machineMemoryBytes(): number {
  return Number(/^MemTotal:\s*(\d+)/m.exec(readKernelFile('/proc/meminfo') ?? '')?.[1] ?? 0) * 1024;
}
