import { cgroupName } from '../plan/cgroup/layout.ts';
import { systemdUnit } from '../plan/cgroup/systemd.ts';
import type { Bundle } from './bundle.ts';
import type { ContainerFiles } from './container-files.ts';
import type { ContainerRecord } from './container-record.ts';
import { readUserName } from './owner.ts';
import type { RuntimeWorld } from './runtime-world.ts';

/** What is recorded of a container that is made or brought back now, but for what only its plan knows. */
export function newRecord(
  world: RuntimeWorld,
  { id }: ContainerFiles,
  { spec, path, rootfs }: Bundle,
): Omit<ContainerRecord, 'mounts'> {
  const unit = world.cgroups === 'systemd' ? systemdUnit(spec.linux?.cgroupsPath, id) : undefined;
  const cgroupsPath = unit?.cgroupsPath ?? cgroupName(spec.linux?.cgroupsPath || `/${id}`, id);
  return {
    created: new Date().toISOString(),
    ociVersion: spec.ociVersion,
    id,
    bundle: path,
    rootfs,
    owner: readUserName(),
    annotations: spec.annotations ?? {},
    cgroupsPath: world.cgroups === 'disabled' ? '' : cgroupsPath,
    ...(unit === undefined ? {} : { unit: unit.unit }),
  };
}
