import { cgroupTree, processesOf } from '../kernel/cgroup-tree.ts';
import { findContainer, recordedProcess, statusOf } from './container-record.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';

/** Pids of all processes in a container, as the caller's pid namespace counts. Throws ESTATE where it does not run. */
export function containerProcesses(world: RuntimeWorld, id: string): number[] {
  const container = findContainer(world, id);
  if (statusOf(world, container) === 'stopped')
    throw runtimeError('ESTATE', 'list', `the processes of container "${id}"`, 'container not running');
  if (container.cgroupsPath === '') return [recordedProcess(container)!.pid];
  return cgroupTree(world.facts.cgroup, container.cgroupsPath)
    .flatMap(processesOf)
    .toSorted((a, b) => a - b);
}
