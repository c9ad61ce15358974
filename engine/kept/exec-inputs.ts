import { fingerprint, statPath } from '../../kernel/file-status.ts';
import { readKernelFile, statInRoot } from '../../kernel/files.ts';
import { foreignNamespaces } from '../../kernel/namespaces.ts';
import type { ProcessIdentity } from '../../kernel/process.ts';
import type { ContainerRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { hostInputs } from './run-inputs.ts';

/** Where users are looked up; the directory too, as it may be another one altogether. */
const USERS = ['/etc', '/etc/passwd', '/etc/group'];

/** What the plan of an exec that is kept depends on besides its words: the host, the container, its process, its users. */
export function execInputs(
  world: World,
  { config, paths }: ContainerRecord,
  process: ProcessIdentity,
  lower: readonly string[],
): string {
  const inputs = [
    ...hostInputs(world),
    config.id,
    fingerprint(statPath(paths.config)),
    process.pid,
    process.startTime,
    foreignNamespaces(process.pid),
    readKernelFile(`/proc/${process.pid}/cgroup`),
    [paths.upper, ...lower].map((layer) => USERS.map((path) => fingerprint(statInRoot(layer, path)))),
  ];
  return JSON.stringify(inputs);
}
