import type { Resources, ThrottleDevice } from '../../spec/runtime.ts';
import type { CgroupFacts } from '../facts.ts';
import type { Limit } from './limit.ts';

/** What the runtime spec's resources mean on v1, in the order in which the kernel accepts them in a new cgroup. */
export function v1Limits(resources: Resources, facts: CgroupFacts): Limit[] {
  return [
    ...memory(resources),
    ...cpu(resources),
    ...cpuset(resources, facts),
    ...pids(resources),
    ...blockIo(resources, facts),
    ...(resources.hugepageLimits ?? []).map(({ pageSize, limit }) => ({
      controller: 'hugetlb',
      file: `hugetlb.${pageSize}.limit_in_bytes`,
      value: String(limit),
      field: 'hugepageLimits',
    })),
    ...network(resources),
  ];
}

/** memory.memsw may not be below memory.limit: in a new cgroup, where both are unlimited, the latter goes first. */
function memory({ memory = {} }: Resources): Limit[] {
  const { limit, swap, reservation, kernel, kernelTCP, swappiness, disableOOMKiller } = memory;
  const set = (name: string, file: string, value: number | undefined) =>
    limitOf('memory', file, `memory.${name}`, value);
  return [
    ...set('limit', 'memory.limit_in_bytes', bounded(limit)),
    ...set('swap', 'memory.memsw.limit_in_bytes', bounded(swap)),
    ...set('reservation', 'memory.soft_limit_in_bytes', bounded(reservation)),
    ...set('kernel', 'memory.kmem.limit_in_bytes', bounded(kernel)),
    ...set('kernelTCP', 'memory.kmem.tcp.limit_in_bytes', bounded(kernelTCP)),
    ...set('swappiness', 'memory.swappiness', swappiness),
    ...set('disableOOMKiller', 'memory.oom_control', disableOOMKiller ? 1 : undefined),
  ];
}

/** The period first, as a quota is a part of one; the burst last, as it may not exceed the quota. */
function cpu({ cpu = {} }: Resources): Limit[] {
  const set = (name: string, file: string, value: number | undefined) => limitOf('cpu', file, `cpu.${name}`, value);
  return [
    ...set('shares', 'cpu.shares', cpu.shares || undefined),
    ...set('period', 'cpu.cfs_period_us', cpu.period || undefined),
    ...set('quota', 'cpu.cfs_quota_us', bounded(cpu.quota)),
    ...set('burst', 'cpu.cfs_burst_us', cpu.burst),
    ...set('idle', 'cpu.idle', cpu.idle),
    ...set('realtimePeriod', 'cpu.rt_period_us', cpu.realtimePeriod || undefined),
    ...set('realtimeRuntime', 'cpu.rt_runtime_us', cpu.realtimeRuntime || undefined),
  ];
}

/** A v1 cpuset takes no process before both its files hold something: what is not asked for is the root's. */
function cpuset({ cpu = {} }: Resources, facts: CgroupFacts): Limit[] {
  if (!cpu.cpus && !cpu.mems) return [];
  return [
    { controller: 'cpuset', file: 'cpuset.cpus', value: cpu.cpus || facts.cpus, field: 'cpu.cpus' },
    {
      controller: 'cpuset',
      file: 'cpuset.mems',
      value: cpu.mems || facts.mems,
      field: cpu.mems ? 'cpu.mems' : 'cpu.cpus',
    },
  ];
}

function pids({ pids }: Resources): Limit[] {
  return limitOf('pids', 'pids.max', 'pids.limit', bounded(pids?.limit));
}

function blockIo({ blockIO }: Resources, facts: CgroupFacts): Limit[] {
  if (blockIO === undefined) return [];
  const io = (name: string, file: string, value: string): Limit => {
    return { controller: 'blkio', file, value, field: `blockIO.${name}` };
  };
  const throttle = (name: string, file: string, devices: readonly ThrottleDevice[] = []): Limit[] =>
    devices.map(({ major, minor, rate }) => io(name, `blkio.throttle.${file}`, `${major}:${minor} ${rate}`));
  const weights = (blockIO.weightDevice ?? []).filter(({ weight }) => weight);
  const weightFile = blockIO.weight || weights.length > 0 ? (facts.ioWeightFile ?? 'blkio.bfq.weight') : '';
  return [
    ...(blockIO.weight ? [io('weight', weightFile, String(blockIO.weight))] : []),
    ...weights.map(({ major, minor, weight }) =>
      io('weightDevice', `${weightFile}_device`, `${major}:${minor} ${weight}`),
    ),
    ...throttle('throttleReadBpsDevice', 'read_bps_device', blockIO.throttleReadBpsDevice),
    ...throttle('throttleWriteBpsDevice', 'write_bps_device', blockIO.throttleWriteBpsDevice),
    ...throttle('throttleReadIOPSDevice', 'read_iops_device', blockIO.throttleReadIOPSDevice),
    ...throttle('throttleWriteIOPSDevice', 'write_iops_device', blockIO.throttleWriteIOPSDevice),
  ];
}

function network({ network = {} }: Resources): Limit[] {
  const limits = limitOf('net_cls', 'net_cls.classid', 'network.classID', network.classID || undefined);
  for (const { name, priority } of network.priorities ?? []) {
    const value = `${name} ${priority}`;
    limits.push({ controller: 'net_prio', file: 'net_prio.ifpriomap', value, field: 'network.priorities' });
  }
  return limits;
}

function limitOf(controller: string, file: string, field: string, value: number | undefined): Limit[] {
  return value === undefined ? [] : [{ controller, file, value: String(value), field }];
}

/** 0 means unset in the runtime spec and -1 unlimited, which a new cgroup is anyway. */
function bounded(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
