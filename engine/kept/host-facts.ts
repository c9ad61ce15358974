import type { World } from '../world.ts';
import { fileFact, fileSystemFact, linesFact, linkFact, pathFact, type Fact } from './facts.ts';

/** What any plan depends on: this program, this boot, what this command may do, its limits, and where the cgroups are. */
export function hostFacts({ facts: { cgroup } }: World): Fact[] {
  const { unified, unifiedControllers, hierarchies } = cgroup;
  const cpuset = hierarchies.find(({ controllers }) => controllers.includes('cpuset'))?.mountPoint;
  const roots = [...(unified === undefined ? [] : [unified]), ...hierarchies.map(({ mountPoint }) => mountPoint)];
  return [
    pathFact(process.execPath),
    fileFact('/proc/sys/kernel/random/boot_id'),
    fileFact('/proc/sys/kernel/hostname'),
    linesFact('/proc/self/status', 'Uid:', 'Gid:'),
    linesFact('/proc/self/status', 'CapPrm:'),
    fileFact('/proc/self/limits'),
    linkFact('/proc/self/ns/user'),
    ...roots.map(fileSystemFact),
    ...(unifiedControllers.length === 0 ? [] : [fileFact(`${unified}/cgroup.controllers`)]),
    ...(cpuset === undefined ? [] : [fileFact(`${cpuset}/cpuset.cpus`), fileFact(`${cpuset}/cpuset.mems`)]),
  ];
}
