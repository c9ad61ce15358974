import { LimpidError } from '../../base/error.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { removeFile } from '../../kernel/files.ts';
import { tryLock } from '../../kernel/locks.ts';
import { planLeave } from '../../plan/leave.ts';
import { cgroupPath } from '../cgroup-path.ts';
import { releaseName } from '../records/names.ts';
import { containerPaths } from '../records/paths.ts';
import { findRecord, readRecord, recordExists, type ContainerRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import { busyContainer, lockIdleRecord } from '../records/write.ts';
import type { World } from '../world.ts';
import { listLeavings } from './list.ts';
import { stopRecord } from './stop.ts';

export interface RemoveOptions {
  /** Stop it first when it runs. */
  readonly force?: boolean;
  /** Seconds before SIGKILL, with `force`; 0 by default, as `rm -f` means it. */
  readonly timeoutS?: number;
}

/** Removes a container and all that belongs to it. Throws ENOCONTAINER, ERUNNING, EBUSY. */
export async function removeContainer(
  world: World,
  reference: string,
  { force = false, timeoutS = 0 }: RemoveOptions = {},
): Promise<ContainerRecord> {
  const found = findRecord(world, reference);
  const { status } = observeState(world, found);
  if (status === 'running' || status === 'paused') {
    if (!force) throw stillRunning(found, status);
    await stopRecord(world, found, { timeoutS });
    // A `--rm` container went with its monitor.
    if (!recordExists(world, found.config.id)) return found;
  }
  const record = await lockIdleRecord(world, found);
  if (record === undefined)
    throw readRecord(world, found.config.id) === undefined ? goneMeanwhile(found) : busyContainer(found.config.name);
  try {
    await removeRecord(world, record);
  } finally {
    record.lock.release();
  }
  return found;
}

/** Removes what a lock holder knows to be dead: the config first, so that from then on it is gone for everybody. */
export async function removeRecord(world: World, { config, paths }: ContainerRecord): Promise<void> {
  removeFile(paths.config);
  releaseName(world, config.name, config.id);
  await removeThings(world, config.id, cgroupPath(config));
}

/** Clears away what killed commands left without a record. Answers the ids. */
export async function removeLeavings(world: World): Promise<string[]> {
  const removed: string[] = [];
  for (const id of listLeavings(world)) {
    const lock = tryLock(containerPaths(world, id, true).lock);
    if (lock === 'busy') continue;
    if (!recordExists(world, id)) {
      await removeThings(world, id, cgroupPath({ id }));
      removed.push(id);
    }
    if (lock !== 'absent') lock.release();
  }
  return removed;
}

async function removeThings(world: World, id: string, cgroupsPath: string): Promise<void> {
  const { merged, shm, storage, runtime } = containerPaths(world, id, false);
  const plan = planLeave({ mounts: [merged, shm], cgroupsPath, remove: [storage, runtime] }, world.facts);
  launchPlan({ plan, executor: await world.executor });
}

function stillRunning({ config }: ContainerRecord, status: string): LimpidError {
  return new LimpidError({
    code: 'ERUNNING',
    doing: 'remove',
    subject: `container "${config.name}"`,
    why: `it is ${status}`,
    hint: `stop it first, or \`limpid rm -f ${config.name}\``,
  });
}

function goneMeanwhile({ config }: ContainerRecord): LimpidError {
  return new LimpidError({
    code: 'ENOCONTAINER',
    doing: 'remove',
    subject: `container "${config.name}"`,
    why: 'another command has removed it',
  });
}
