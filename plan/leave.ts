import { cgroupName } from './cgroup/layout.ts';
import { killCgroup, killOnV1, removeCgroup } from './cgroup/index.ts';
import type { HostFacts } from './facts.ts';
import type { Plan } from './ops.ts';
import { umountRoot } from './rootfs.ts';
import { removePaths } from './supervision.ts';

/** What a dead container may have left in the kernel and on disk. */
export interface Leavings {
  /** Mount points on the host. */
  readonly mounts: readonly string[];
  /** As in `linux.cgroupsPath`. */
  readonly cgroupsPath: string;
  /** Paths that go with it. */
  readonly remove: readonly string[];
}

/**
 * Clears away after a container whose monitor is gone: clean-up operations alone, each of them content with finding
 * nothing. The cgroup is looked for in every hierarchy, whatever the launch had asked for; what still runs there ends.
 */
export function planLeave({ mounts, cgroupsPath, remove }: Leavings, { cgroup }: HostFacts): Plan {
  const name = cgroupName(cgroupsPath, '');
  const v1 = cgroup.hierarchies.map(({ mountPoint, controllers }) => ({ path: mountPoint + name, controllers }));
  const kill = cgroup.unified === undefined ? killOnV1(v1) : [killCgroup(cgroup.unified + name)];
  const unified = cgroup.unified === undefined ? [] : [removeCgroup(cgroup.unified + name)];
  return [
    ...kill,
    ...mounts.map(umountRoot),
    ...unified,
    ...v1.map(({ path }) => removeCgroup(path)),
    ...removePaths(remove),
  ];
}
