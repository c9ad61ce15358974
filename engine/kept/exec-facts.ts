import { NAMESPACE_FILE } from '../../abi/flags/namespace.ts';
import { freezerFile } from '../../kernel/cgroup.ts';
import type { ProcessIdentity } from '../../kernel/process.ts';
import { cgroupPath } from '../cgroup-path.ts';
import { nameClaim } from '../records/paths.ts';
import type { ContainerRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { fileFact, insideFact, linkFact, pathFact, processFact, type Fact } from './facts.ts';
import { hostFacts } from './host-facts.ts';

/** Where users are looked up; the directory too, as it may be another one altogether. */
const USERS = ['/etc', '/etc/passwd', '/etc/group'];

/** What the plan of an exec that is kept depends on besides its words: the host, the container, its process, its users. */
export function execFacts(
  world: World,
  { config, paths }: ContainerRecord,
  process: ProcessIdentity,
  lower: readonly string[],
): Fact[] {
  const freezer = freezerFile(world.facts.cgroup, cgroupPath(config));
  const namespaces = Object.values(NAMESPACE_FILE).flatMap((file) => [
    linkFact(`/proc/self/ns/${file}`),
    linkFact(`/proc/${process.pid}/ns/${file}`),
  ]);
  return [
    ...hostFacts(world),
    linkFact(nameClaim(world, config.name)),
    pathFact(paths.config),
    ...namespaces,
    fileFact(`/proc/${process.pid}/cgroup`),
    ...(freezer === undefined ? [] : [fileFact(freezer.path)]),
    ...[paths.upper, ...lower].flatMap((layer) => USERS.map((path) => insideFact(layer, path))),
    // Last: what was read of a process before is that one's.
    processFact(process),
  ];
}
