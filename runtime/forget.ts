import { readText } from '../kernel/files.ts';
import type { Op, Plan } from '../plan/ops.ts';
import { planLeave } from '../plan/leave.ts';
import { umountRoot } from '../plan/rootfs.ts';
import { NONE } from '../plan/slots.ts';
import type { ContainerFiles } from './container-files.ts';
import type { ContainerRecord } from './container-record.ts';
import { runPlan } from './run-plan.ts';
import type { RuntimeWorld } from './runtime-world.ts';

/** Clears away whatever a container has left in the kernel, then its files: from then on its id is free. */
export async function forgetContainer(world: RuntimeWorld, files: ContainerFiles): Promise<void> {
  await runPlan(world, planForgetting(world, files));
}

export function planForgetting(world: RuntimeWorld, files: ContainerFiles): Plan {
  const remove: Op = {
    op: 'remove',
    stage: 'cleanup',
    because: 'the id is free again',
    at: NONE,
    path: files.directory,
  };
  const text = readText(files.state);
  if (text === undefined) return [remove];
  const { mounts, cgroupsPath } = JSON.parse(text) as ContainerRecord;
  if (cgroupsPath === '') return [...mounts.map(umountRoot), remove];
  return [...planLeave({ mounts, cgroupsPath, remove: [] }, world.facts), remove];
}
