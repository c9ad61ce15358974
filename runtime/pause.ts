import { setFrozen } from '../kernel/freezer.ts';
import { type Container, findContainer, statusOf } from './container-record.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';

/** Stops every process of a container where it is. Throws ESTATE unless it is created or running. */
export function pauseContainer(world: RuntimeWorld, id: string): void {
  const container = findContainer(world, id);
  const status = statusOf(world, container);
  if (status === 'running' || status === 'created') return freeze(world, container, true);
  throw runtimeError('ESTATE', 'pause', `container "${id}"`, `container not running or created: it is ${status}`);
}

/** Lets a paused container go on. Throws ESTATE for any other. */
export function resumeContainer(world: RuntimeWorld, id: string): void {
  const container = findContainer(world, id);
  const status = statusOf(world, container);
  if (status === 'paused') return freeze(world, container, false);
  throw runtimeError('ESTATE', 'resume', `container "${id}"`, `container not paused: it is ${status}`);
}

function freeze({ facts }: RuntimeWorld, { id, cgroupsPath }: Container, frozen: boolean): void {
  if (cgroupsPath !== '' && setFrozen(facts.cgroup, cgroupsPath, frozen)) return;
  throw runtimeError(
    'EFREEZER',
    frozen ? 'pause' : 'resume',
    `container "${id}"`,
    'it has no cgroup that can be frozen',
  );
}
