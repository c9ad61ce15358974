import { O_WRONLY } from '../abi/flags/open.ts';
import type { Resources } from '../spec/runtime.ts';
import { cgroupLayout } from './cgroup/layout.ts';
import type { Limit } from './cgroup/limit.ts';
import type { HostFacts } from './facts.ts';
import type { Op, Plan } from './ops.ts';
import { becauseOf } from './request.ts';
import { NONE } from './slots.ts';

/** The cgroup whose limits are changed. */
export interface UpdateTarget {
  readonly id: string;
  readonly cgroupsPath: string;
  /** memory.memsw.limit_in_bytes as it is (v1): it may never be below memory.limit_in_bytes, not even meanwhile. */
  readonly memorySwapBytes: number;
}

/** Writes the limits of `resources` into the cgroup that is there. Throws `ECONTROLLER`, `ESPEC` as a launch does. */
export function planUpdate(
  resources: Resources,
  { id, cgroupsPath, memorySwapBytes }: UpdateTarget,
  facts: HostFacts,
): Plan {
  const because = becauseOf({});
  const layout = cgroupLayout({
    spec: { ociVersion: '', linux: { resources, cgroupsPath } },
    context: { id, sharedCgroup: { mode: 'joined', exists: true, filledCpusets: [] } },
    facts,
    because,
  });
  const directories = [...layout.v1, ...(layout.unified === undefined ? [] : [layout.unified])];
  return directories.flatMap(({ path, controllers, limits }) => {
    const lifted = liftedLimits(resources, facts.cgroup.mode === 'v2').filter(({ controller }) =>
      controllers.includes(controller),
    );
    return inOrder([...limits, ...lifted], resources, memorySwapBytes).map((limit) => write(path, limit));
  });
}

/** -1 means no limit: nothing to do for a new cgroup, but for one that has a limit. */
function liftedLimits({ memory = {}, cpu = {}, pids }: Resources, isV2: boolean): Limit[] {
  const none = (
    value: number | undefined,
    controller: string,
    field: string,
    v1: string,
    v2: string,
    word = '-1',
  ): Limit[] => {
    if (value === undefined || value >= 0) return [];
    return [{ controller, field, file: isV2 ? v2 : v1, value: isV2 ? 'max' : word }];
  };
  return [
    ...none(memory.swap, 'memory', 'memory.swap', 'memory.memsw.limit_in_bytes', 'memory.swap.max'),
    ...none(memory.limit, 'memory', 'memory.limit', 'memory.limit_in_bytes', 'memory.max'),
    ...none(memory.reservation, 'memory', 'memory.reservation', 'memory.soft_limit_in_bytes', 'memory.low'),
    ...none(pids?.limit, 'pids', 'pids.limit', 'pids.max', 'pids.max', 'max'),
    ...none(cpu.quota, 'cpu', 'cpu.quota', 'cpu.cfs_quota_us', 'cpu.max'),
  ];
}

function inOrder(limits: readonly Limit[], { memory }: Resources, memorySwapBytes: number): Limit[] {
  const swap = limits.filter(({ field }) => field === 'memory.swap');
  const grows = memory?.swap !== undefined && (memory.swap < 0 || memory.swap > memorySwapBytes);
  return grows ? [...swap, ...limits.filter((limit) => !swap.includes(limit))] : [...limits];
}

function write(path: string, { file, value, field }: Limit): Op {
  const data = new TextEncoder().encode(value);
  return {
    op: 'write',
    stage: 'host',
    because: `linux.resources.${field}`,
    at: NONE,
    path: `${path}/${file}`,
    flags: O_WRONLY,
    data,
  };
}
