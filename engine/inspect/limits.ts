import type { ThrottleDevice } from '../../spec/runtime.ts';
import type { ContainerConfig } from '../config.ts';
import type { InspectFacts } from './facts.ts';

const NANO = 1e9;

/** The part of `HostConfig` that is about limits; 0 where there is none, as podman and docker print it. */
export function limitsSection({ config, spec }: InspectFacts) {
  const { cpu = {}, memory = {}, pids, unified } = config.resources;
  return {
    CpuShares: cpu.shares ?? 0,
    Memory: memory.limit ?? 0,
    NanoCpus: nanoCpus(cpu),
    CgroupParent: config.cgroupParent ?? '',
    ...blockIoSection(config),
    CpuPeriod: cpu.period ?? 0,
    CpuQuota: cpu.quota ?? 0,
    CpuRealtimePeriod: cpu.realtimePeriod ?? 0,
    CpuRealtimeRuntime: cpu.realtimeRuntime ?? 0,
    CpusetCpus: cpu.cpus ?? '',
    CpusetMems: cpu.mems ?? '',
    DiskQuota: 0,
    KernelMemory: memory.kernel ?? 0,
    MemoryReservation: memory.reservation ?? 0,
    MemorySwap: memory.swap ?? 0,
    MemorySwappiness: memory.swappiness ?? -1,
    OomKillDisable: memory.disableOOMKiller ?? false,
    PidsLimit: pids?.limit ?? 0,
    Ulimits: (spec?.process?.rlimits ?? config.ulimits).map(({ type, soft, hard }) => ({
      Name: type,
      Soft: soft,
      Hard: hard,
    })),
    CpuCount: 0,
    CpuPercent: 0,
    IOMaximumIOps: 0,
    IOMaximumBandwidth: 0,
    CgroupConf: unified ?? null,
  };
}

function nanoCpus({ quota = 0, period = 100_000 }: { quota?: number; period?: number }): number {
  return quota > 0 ? Math.round((quota / period) * NANO) : 0;
}

function blockIoSection({ resources: { blockIO = {} } }: Pick<ContainerConfig, 'resources'>) {
  const rates = (devices: ThrottleDevice[] | undefined) =>
    devices?.map(({ rate, ...device }) => ({ Path: blockPath(device), Rate: rate })) ?? null;
  return {
    BlkioWeight: blockIO.weight ?? 0,
    BlkioWeightDevice:
      blockIO.weightDevice?.map(({ weight = 0, ...device }) => ({ Path: blockPath(device), Weight: weight })) ?? null,
    BlkioDeviceReadBps: rates(blockIO.throttleReadBpsDevice),
    BlkioDeviceWriteBps: rates(blockIO.throttleWriteBpsDevice),
    BlkioDeviceReadIOps: rates(blockIO.throttleReadIOPSDevice),
    BlkioDeviceWriteIOps: rates(blockIO.throttleWriteIOPSDevice),
  };
}

/** udev's name of a disk by its number, which is all that a runtime spec keeps of it. */
function blockPath({ major, minor }: { major: number; minor: number }): string {
  return `/dev/block/${major}:${minor}`;
}
