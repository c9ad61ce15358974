import { LimpidError } from '../../base/error.ts';
import { controllerDirectory } from '../../kernel/cgroup.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { statPath } from '../../kernel/file-status.ts';
import { readKernelFile } from '../../kernel/files.ts';
import { libc } from '../../kernel/libc.ts';
import { mergeResources } from '../../plan/merge-resources.ts';
import type { Plan } from '../../plan/ops.ts';
import { planUpdate } from '../../plan/update.ts';
import type { Resources } from '../../spec/runtime.ts';
import { cgroupPath } from '../cgroup-path.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import { busyContainer, lockIdleRecord, writeConfig } from '../records/write.ts';
import type { World } from '../world.ts';
import { launchError } from './start.ts';

/** New limits, and which flag asks for what, as in the config. */
export interface ContainerUpdate {
  readonly resources: Resources;
  readonly because?: Readonly<Record<string, string>>;
}

/**
 * Changes limits: those of a running container at once, and those of every later start. What is not said stays as it is.
 * Throws ENOCONTAINER, ECONTROLLER, EBUSY, and what the kernel refuses.
 */
export async function updateContainer(world: World, reference: string, update: ContainerUpdate): Promise<void> {
  const record = findRecord(world, reference);
  const idle = await lockIdleRecord(world, record);
  try {
    const isRunning = observeState(world, record).process !== undefined;
    if (idle === undefined && !isRunning) throw busyContainer(record.config.name);
    await change(world, idle ?? record, update, isRunning);
  } finally {
    idle?.lock.release();
  }
}

async function change(
  world: World,
  { config, paths }: ContainerRecord,
  { resources: asked, because }: ContainerUpdate,
  isRunning: boolean,
): Promise<void> {
  const resources = mergeResources(config.resources, asked);
  const cgroupsPath = cgroupPath(config);
  const directory = controllerDirectory(world.facts.cgroup, 'memory', cgroupsPath);
  const memorySwapBytes = Number(readKernelFile(`${directory}/memory.memsw.limit_in_bytes`) ?? 0);
  const target = { id: config.id, cgroupsPath, memorySwapBytes };
  // Also for one that does not run: what this machine cannot hold is told now.
  const plan = planUpdate({ before: config.resources, asked, after: resources }, target, world.facts);
  if (isRunning) {
    checkCgroups(config.name, plan);
    const { outcome, controlFd } = launchPlan({ plan, executor: await world.executor });
    libc.close(controlFd);
    if (outcome.kind === 'failed') throw await launchError(plan, outcome, `container "${config.name}"`);
  }
  writeConfig(world, paths, { ...config, resources, because: { ...config.because, ...because } });
}

/** On v1 a container joins the hierarchies in which something is limited, when it starts. */
function checkCgroups(name: string, plan: Plan): void {
  const missing = plan.find(
    (op) => op.op === 'write' && statPath(op.path.slice(0, op.path.lastIndexOf('/'))) === undefined,
  );
  if (missing === undefined) return;
  throw new LimpidError({
    code: 'ECGROUP',
    doing: 'update',
    subject: `container "${name}"`,
    why: `it was started without a cgroup for ${missing.because}, and gets one (v1) only when it starts`,
    hint: 'stop it, update it, start it',
  });
}
