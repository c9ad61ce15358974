import { cgroupDirectories } from '../kernel/cgroup.ts';
import { statPath } from '../kernel/file-status.ts';
import { readKernelFile } from '../kernel/files.ts';
import type { SharedCgroup } from '../plan/context.ts';
import type { CgroupFacts, HostFacts } from '../plan/facts.ts';
import { runtimeError } from './runtime-error.ts';

export interface ObservedCgroup {
  readonly shared: SharedCgroup;
  /** The facts with the nearest cpuset that somebody filled as what new ones are copied from. */
  readonly facts: HostFacts;
}

/** Looks at what there is on the way to a container's cgroup, where `keeper` may be. Throws ECGROUPBUSY where others live in it already. */
export function observeCgroup(host: HostFacts, path: string, keeper?: number): ObservedCgroup {
  const facts = host.cgroup;
  const directories = cgroupDirectories(facts, path).filter((directory) => statPath(directory) !== undefined);
  for (const directory of directories) {
    const pids = (readKernelFile(`${directory}/cgroup.procs`) ?? '').trim();
    if (pids === '' || pids === String(keeper)) continue;
    throw runtimeError('ECGROUPBUSY', 'use', `cgroup "${directory}"`, "container's cgroup is not empty");
  }
  const cpuset = facts.hierarchies.find(({ controllers }) => controllers.includes('cpuset'))?.mountPoint;
  const filled = cpuset === undefined ? [] : filledCpusets(cpuset, path);
  const shared: SharedCgroup = {
    mode: 'joined',
    exists: directories.length > 0,
    existing: directories,
    filledCpusets: filled.map(({ directory }) => directory),
    ...(directories.length > 0 ? devicesOf(facts, path) : {}),
  };
  const nearest = filled[filled.length - 1];
  return { shared, facts: nearest === undefined ? host : withCpuset(host, nearest) };
}

/** Laid over the others, as a copy of them would measure what nobody asks for. */
function withCpuset(facts: HostFacts, { cpus, mems }: { cpus: string; mems: string }): HostFacts {
  const cgroup: unknown = Object.create(facts.cgroup, { cpus: { value: cpus }, mems: { value: mems } });
  return Object.create(facts, { cgroup: { value: cgroup } }) as HostFacts;
}

function devicesOf(facts: CgroupFacts, path: string): Pick<SharedCgroup, 'devices'> {
  const mountPoint = facts.hierarchies.find(({ controllers }) => controllers.includes('devices'))?.mountPoint;
  const list = mountPoint === undefined ? undefined : readKernelFile(`${mountPoint}${path}/devices.list`);
  if (list === undefined || list.startsWith('a ')) return {};
  return { devices: list.split('\n').filter(Boolean) };
}

/** Parents of the container's own directory, outermost first, as far as both files hold something. */
function filledCpusets(mountPoint: string, path: string): { directory: string; cpus: string; mems: string }[] {
  const names = path.split('/').slice(1, -1);
  return names.flatMap((_, index) => {
    const directory = [mountPoint, ...names.slice(0, index + 1)].join('/');
    const cpus = (readKernelFile(`${directory}/cpuset.cpus`) ?? '').trim();
    const mems = (readKernelFile(`${directory}/cpuset.mems`) ?? '').trim();
    return cpus === '' || mems === '' ? [] : [{ directory, cpus, mems }];
  });
}
