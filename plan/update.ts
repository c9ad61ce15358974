import { O_WRONLY } from '../abi/flags/open.ts';
import type { Resources } from '../spec/runtime.ts';
import { enableControllers } from './cgroup/index.ts';
import { type CgroupDirectory, cgroupLayout } from './cgroup/layout.ts';
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

/** Limits as they were, what is asked of them, and both together. */
export interface UpdateRequest {
  readonly before: Resources;
  readonly asked: Resources;
  readonly after: Resources;
}

/**
 * Writes what is asked, and what follows from it, into the cgroup that is there; the kernel refuses some of the others in
 * the state that they are in. Throws `ECONTROLLER`, `ESPEC` as a launch does.
 */
export function planUpdate(request: UpdateRequest, target: UpdateTarget, facts: HostFacts): Plan {
  const { before, after } = request;
  const old = new Map(
    directoriesOf(before, target, facts).flatMap(({ path, limits }) =>
      limits.map(({ file, value }) => [`${path}/${file}`, value] as const),
    ),
  );
  return directoriesOf(after, target, facts).flatMap(({ path, mountPoint, controllers, limits }) => {
    const lifted = liftedLimits(after, facts.cgroup.mode === 'v2').filter(({ controller }) =>
      controllers.includes(controller),
    );
    const changed = [...limits, ...lifted].filter((limit) => {
      const stood = old.get(`${path}/${limit.file}`);
      return isAsked(limit, request) || (stood !== undefined && stood !== limit.value && !lifted.includes(limit));
    });
    const used = new Set(changed.map(({ controller }) => controller).filter((controller) => controller !== ''));
    const isUnified = mountPoint === facts.cgroup.unified;
    return [
      ...(isUnified ? enableControllers(mountPoint, path.slice(mountPoint.length), [...used]) : []),
      ...inOrder(changed, after, target.memorySwapBytes).map((limit) => write(path, limit)),
    ];
  });
}

function directoriesOf(
  resources: Resources,
  { id, cgroupsPath }: UpdateTarget,
  facts: HostFacts,
): readonly CgroupDirectory[] {
  const layout = cgroupLayout({
    spec: { ociVersion: '', linux: { resources, cgroupsPath } },
    context: { id, sharedCgroup: { mode: 'joined', exists: true, filledCpusets: [] } },
    facts,
    because: becauseOf({}),
  });
  // The directory has every controller, also those that nothing is limited by any more.
  const { unifiedControllers: controllers } = facts.cgroup;
  return [...layout.v1, ...(layout.unified === undefined ? [] : [{ ...layout.unified, controllers }])];
}

/** Lists and maps are asked for as a whole. A cgroup that is idle no more has the kernel's default of shares. */
function isAsked({ field }: Limit, { asked, before }: UpdateRequest): boolean {
  if (field === 'cpu.shares' && before.cpu?.idle && asked.cpu?.idle === 0) return true;
  const dot = field.indexOf('.');
  const group = asked[(dot < 0 ? field : field.slice(0, dot)) as keyof Resources];
  if (group === undefined || dot < 0 || Array.isArray(group)) return group !== undefined;
  return (group as Record<string, unknown>)[field.slice(dot + 1)] !== undefined;
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

/** Memory and swap together may never be less than memory; and who is idle has no shares. */
function inOrder(limits: readonly Limit[], { memory, cpu }: Resources, memorySwapBytes: number): Limit[] {
  const grows = memory?.swap !== undefined && (memory.swap < 0 || memory.swap > memorySwapBytes);
  const goesFirst = ({ field }: Limit) =>
    (field === 'memory.swap' && grows) || (field === 'cpu.idle' && cpu?.idle === 0);
  const first = limits.filter(goesFirst);
  return [...first, ...limits.filter((limit) => !first.includes(limit))];
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
