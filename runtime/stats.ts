import { controllerDirectory, readCgroupStats } from '../kernel/cgroup.ts';
import { readKernelFile } from '../kernel/files.ts';
import { parseFlatKeyed } from '../abi/cgroup-files.ts';
import { findContainer, statusOf } from './container-record.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';

/** One line of `events`, in the form that runc's callers read. */
export interface RuntimeEvent {
  readonly type: 'stats' | 'oom';
  readonly id: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** What a container has used. Throws ESTATE where it has stopped. */
export function statsEvent(world: RuntimeWorld, id: string): RuntimeEvent {
  const container = findContainer(world, id);
  if (statusOf(world, container) === 'stopped')
    throw runtimeError('ESTATE', 'measure', `container "${id}"`, 'container not running');
  if (container.cgroupsPath === '')
    throw runtimeError('ECGROUP', 'measure', `container "${id}"`, 'it has no cgroup of its own');
  const stats = readCgroupStats(world.facts.cgroup, container.cgroupsPath);
  const memory = controllerDirectory(world.facts.cgroup, 'memory', container.cgroupsPath);
  const raw = parseFlatKeyed(readKernelFile(`${memory}/memory.stat`) ?? '');
  const usage = {
    usage: stats.memoryBytes,
    max: stats.memoryPeakBytes,
    failcnt: 0,
    ...(stats.memoryLimitBytes === undefined ? {} : { limit: stats.memoryLimitBytes }),
  };
  return {
    type: 'stats',
    id,
    data: {
      cpu: {
        usage: { total: stats.cpuUsageNs },
        throttling: { throttledPeriods: stats.cpuThrottledPeriods, throttledTime: stats.cpuThrottledNs },
      },
      memory: { usage, raw },
      pids: { current: stats.pids, ...(stats.pidsLimit === undefined ? {} : { limit: stats.pidsLimit }) },
      blkio: { ioServiceBytesRecursive: ioEntries(stats.io) },
    },
  };
}

function ioEntries({ readBytes, writeBytes }: { readBytes: number; writeBytes: number }): unknown[] {
  return [
    { op: 'Read', value: readBytes },
    { op: 'Write', value: writeBytes },
  ];
}

/** Kills for want of memory so far; `undefined` once the container has stopped. */
export function oomKills(world: RuntimeWorld, id: string): number | undefined {
  const container = findContainer(world, id);
  if (statusOf(world, container) === 'stopped') return undefined;
  return readCgroupStats(world.facts.cgroup, container.cgroupsPath).oomKills;
}
