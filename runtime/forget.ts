import { readText } from '../kernel/files.ts';
import type { Op, Plan } from '../plan/ops.ts';
import { removeCgroup } from '../plan/cgroup/index.ts';
import { planLeave } from '../plan/leave.ts';
import { umountRoot } from '../plan/rootfs.ts';
import { NONE } from '../plan/slots.ts';
import type { ContainerFiles } from './container-files.ts';
import { type ContainerRecord, recordStart } from './container-record.ts';
import { runPlan } from './run-plan.ts';
import type { RuntimeWorld } from './runtime-world.ts';

/** Clears away whatever a container has left in the kernel, then its files: from then on its id is free. */
export async function forgetContainer(world: RuntimeWorld, files: ContainerFiles): Promise<void> {
  const record = readRecord(files);
  await stopUnitOf(world, record);
  await runPlan(world, record === undefined ? [removeFiles(files)] : planForgettingOf(world, files, record));
}

/** The same for one that could not be made: in a cgroup that was there before it, others may live. */
export async function forgetFailed(world: RuntimeWorld, files: ContainerFiles): Promise<void> {
  const record = readRecord(files);
  if (record?.cgroupExisted) await runPlan(world, planForgettingOf(world, files, { ...record, cgroupsPath: '' }));
  else await forgetContainer(world, files);
}

function readRecord(files: ContainerFiles): ContainerRecord | undefined {
  const text = readText(files.state);
  return text === undefined ? undefined : (JSON.parse(text) as ContainerRecord);
}

/** Before the cgroup goes: removed under systemd's eyes, it may never be told that the cgroup is empty. */
async function stopUnitOf(world: RuntimeWorld, record: ContainerRecord | undefined): Promise<void> {
  if (record?.unit !== undefined) await (await import('./systemd.ts')).stopUnit(world, record.unit);
}

/** The same for who ends later, when the id may be another container's: only as long as the record is still this one. */
export function planForgettingOwn(world: RuntimeWorld, files: ContainerFiles, record: ContainerRecord): Plan {
  const claim: Op = {
    op: 'claim',
    stage: 'cleanup',
    because: 'by now the id may be that of another container',
    at: NONE,
    lock: files.lock,
    record: files.state,
    expected: recordStart(record),
  };
  return [claim, ...planForgettingOf(world, files, record)];
}

export function planForgettingOf(
  world: RuntimeWorld,
  files: ContainerFiles,
  { mounts, cgroupsPath, resctrl = [] }: ContainerRecord,
): Plan {
  const last = [...resctrl.map(removeCgroup), removeFiles(files)];
  if (cgroupsPath === '') return [...mounts.map(umountRoot), ...last];
  return [...planLeave({ mounts, cgroupsPath, remove: [] }, world.facts), ...last];
}

function removeFiles({ directory }: ContainerFiles): Op {
  return { op: 'remove', stage: 'cleanup', because: 'the id is free again', at: NONE, path: directory };
}
