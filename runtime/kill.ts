import { cgroupTree, signalCgroup } from '../kernel/cgroup-tree.ts';
import { signalProcess } from '../kernel/process.ts';
import { type Container, findContainer, recordedProcess, statusOf } from './container-record.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';

export interface KillOptions {
  /** Every process of its cgroup, also when the first one has ended. */
  readonly all?: boolean;
}

/** Sends a signal to a container's process, never to a later owner of its pid. Throws ESTATE for a stopped one. */
export function killContainer(
  world: RuntimeWorld,
  id: string,
  signal: number,
  { all = false }: KillOptions = {},
): void {
  const container = findContainer(world, id);
  if (all) return killAll(world, container, signal);
  const process = recordedProcess(container);
  const status = statusOf(world, container);
  if (status === 'stopped' || process === undefined || !signalProcess(process, signal)) {
    throw runtimeError('ESTATE', 'kill', `container "${id}"`, 'container not running');
  }
}

function killAll({ facts }: RuntimeWorld, container: Container, signal: number): void {
  const { cgroupsPath } = container;
  if (cgroupsPath === '') {
    const process = recordedProcess(container);
    if (process !== undefined) signalProcess(process, signal);
    return;
  }
  for (const cgroup of cgroupTree(facts.cgroup, cgroupsPath)) signalCgroup(cgroup, signal);
}
