import { cgroupName } from '../plan/cgroup/layout.ts';
import type { SystemdUnit } from '../plan/cgroup/systemd.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import { asRuntimeError, type Bundle } from './bundle.ts';
import type { ContainerFiles } from './container-files.ts';
import type { ContainerRecord } from './container-record.ts';
import { readUserName } from './owner.ts';
import type { RuntimeWorld } from './runtime-world.ts';

export type NewRecord = Omit<ContainerRecord, 'mounts'>;

/** What is recorded of a container that is made or brought back now, but for what only its plan knows. */
export async function newRecord(
  world: RuntimeWorld,
  { id }: ContainerFiles,
  { spec, path, rootfs }: Bundle,
): Promise<NewRecord> {
  const unit = world.cgroups === 'systemd' ? await unitOf(spec, id) : undefined;
  const cgroupsPath = unit?.cgroupsPath ?? asRuntimeError(() => cgroupName(spec.linux?.cgroupsPath || `/${id}`, id));
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

async function unitOf({ linux }: RuntimeSpec, id: string): Promise<SystemdUnit> {
  const { systemdUnit } = await import('../plan/cgroup/systemd.ts');
  return asRuntimeError(() => systemdUnit(linux?.cgroupsPath, id));
}
