import { concatMap } from '../../base/concat-map.ts';
import type { Resources, ThrottleDevice } from '../../spec/runtime.ts';
import type { CgroupFacts } from '../facts.ts';
import { specError } from '../spec-error.ts';
import type { Limit } from './limit.ts';
import { cpuWeight, ioWeight } from './weight.ts';

/** What the runtime spec's resources mean on v2. Throws LimpidError `ESPEC` for what v2 cannot express. */
export function v2Limits(resources: Resources, facts: CgroupFacts): Limit[] {
  refuseV1Only(resources);
  return limitsOnV2(resources, facts);
}

/** The same, for the controllers that a hybrid host has on v2: what is v1's alone may be wanted of the others. */
export function limitsOnV2(resources: Resources, facts: CgroupFacts): Limit[] {
  return [
    ...memory(resources),
    ...cpu(resources),
    ...cpuset(resources),
    ...limitOf('pids', 'pids.max', 'pids.limit', bounded(resources.pids?.limit)),
    ...weights(resources, facts),
    ...throttles(resources),
    ...(resources.hugepageLimits ?? []).map(({ pageSize, limit }) => ({
      controller: 'hugetlb',
      file: `hugetlb.${pageSize}.max`,
      value: String(limit),
      field: 'hugepageLimits',
    })),
  ];
}

/** v2 counts swap by itself, the runtime spec (as v1) memory and swap together. */
function memory({ memory = {} }: Resources): Limit[] {
  const { limit = 0, swap = 0, reservation } = memory;
  if (swap > 0 && limit <= 0)
    throw specError('linux.resources.memory.swap', 'needs linux.resources.memory.limit beside it');
  if (swap > 0 && swap < limit)
    throw specError('linux.resources.memory.swap', `${swap} is less than memory.limit ${limit}`);
  return [
    ...limitOf('memory', 'memory.max', 'memory.limit', bounded(limit)),
    ...limitOf('memory', 'memory.swap.max', 'memory.swap', swap > 0 ? swap - limit : undefined),
    ...limitOf('memory', 'memory.low', 'memory.reservation', bounded(reservation)),
  ];
}

function cpu({ cpu = {} }: Resources): Limit[] {
  const { shares, quota = 0, period, burst, idle } = cpu;
  const bandwidth = quota > 0 || period ? `${quota > 0 ? quota : 'max'} ${period || 100_000}` : undefined;
  return [
    ...limitOf('cpu', 'cpu.weight', 'cpu.shares', shares ? cpuWeight(shares) : undefined),
    ...limitOf('cpu', 'cpu.max', quota > 0 ? 'cpu.quota' : 'cpu.period', bandwidth),
    ...limitOf('cpu', 'cpu.max.burst', 'cpu.burst', burst),
    ...limitOf('cpu', 'cpu.idle', 'cpu.idle', idle),
  ];
}

function cpuset({ cpu = {} }: Resources): Limit[] {
  return [
    ...limitOf('cpuset', 'cpuset.cpus', 'cpu.cpus', cpu.cpus || undefined),
    ...limitOf('cpuset', 'cpuset.mems', 'cpu.mems', cpu.mems || undefined),
  ];
}

/** BFQ takes the spec's scale as it is (1..1000); io.weight has its own (1..10000). */
function weights({ blockIO = {} }: Resources, facts: CgroupFacts): Limit[] {
  const devices = (blockIO.weightDevice ?? []).filter(({ weight }) => weight);
  if (!blockIO.weight && devices.length === 0) return [];
  const file = facts.ioWeightFile ?? 'io.weight';
  const convert = file === 'io.bfq.weight' ? (weight: number) => weight : ioWeight;
  return [
    ...limitOf('io', file, 'blockIO.weight', blockIO.weight ? convert(blockIO.weight) : undefined),
    ...concatMap(devices, ({ major, minor, weight }) =>
      limitOf('io', file, 'blockIO.weightDevice', `${major}:${minor} ${convert(weight!)}`),
    ),
  ];
}

function throttles({ blockIO = {} }: Resources): Limit[] {
  const lists: [string, string, readonly ThrottleDevice[] | undefined][] = [
    ['throttleReadBpsDevice', 'rbps', blockIO.throttleReadBpsDevice],
    ['throttleWriteBpsDevice', 'wbps', blockIO.throttleWriteBpsDevice],
    ['throttleReadIOPSDevice', 'riops', blockIO.throttleReadIOPSDevice],
    ['throttleWriteIOPSDevice', 'wiops', blockIO.throttleWriteIOPSDevice],
  ];
  return concatMap(lists, ([name, key, devices = []]) =>
    concatMap(devices, ({ major, minor, rate }) =>
      limitOf('io', 'io.max', `blockIO.${name}`, `${major}:${minor} ${key}=${rate || 'max'}`),
    ),
  );
}

function refuseV1Only({ memory = {}, cpu = {}, network = {} }: Resources): void {
  const asked: [string, unknown][] = [
    ['memory.kernel', bounded(memory.kernel)],
    ['memory.kernelTCP', bounded(memory.kernelTCP)],
    ['memory.swappiness', memory.swappiness],
    ['memory.disableOOMKiller', memory.disableOOMKiller || undefined],
    ['cpu.realtimeRuntime', cpu.realtimeRuntime || undefined],
    ['cpu.realtimePeriod', cpu.realtimePeriod || undefined],
    ['network.classID', network.classID || undefined],
    ['network.priorities', network.priorities?.length || undefined],
  ];
  const field = asked.find(([, value]) => value !== undefined)?.[0];
  if (field !== undefined)
    throw specError(`linux.resources.${field}`, 'exists on cgroup v1 only, and this host has v2');
}

function limitOf(controller: string, file: string, field: string, value: number | string | undefined): Limit[] {
  return value === undefined ? [] : [{ controller, file, value: String(value), field }];
}

function bounded(value: number | undefined): number | undefined {
  return value !== undefined && value > 0 ? value : undefined;
}
