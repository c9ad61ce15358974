import { LimpidError } from '../../base/error.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { statPath } from '../../kernel/file-status.ts';
import { readText, renamePath } from '../../kernel/files.ts';
import { tryLock } from '../../kernel/locks.ts';
import { leasesDirectory } from '../../network/store/place.ts';
import { planLeave } from '../../plan/leave.ts';
import { cgroupPath } from '../cgroup-path.ts';
import type { ContainerConfig } from '../config.ts';
import { startsAtOnce } from '../records/cut-short.ts';
import { listLeavings } from '../records/leavings.ts';
import { releaseName, sweepNames } from '../records/names.ts';
import { containerPaths } from '../records/paths.ts';
import { findRecord, listIds, readRecord, recordedId, type ContainerRecord } from '../records/read.ts';
import { parseConfig, recordExists } from '../records/record.ts';
import { observeState } from '../records/state.ts';
import { busyContainer, LOCK_PATIENCE_MS, lockIdleRecord, type NewRecord } from '../records/write.ts';
import type { World } from '../world.ts';
import { leftOverlays } from './overlay-mounts.ts';
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
): Promise<void> {
  const found = force ? await findOrClear(world, reference) : findRecord(world, reference);
  if (found === undefined) return;
  for (let attempt = 0; ; attempt++) {
    const { status } = observeState(world, found);
    if (status === 'running' || status === 'paused') {
      if (!force) throw stillRunning(found, status);
      await stopRecord(world, found, { timeoutS });
      // A `--rm` container went with its monitor.
      if (!recordExists(world, found.config.id)) return;
    }
    const since = performance.now();
    const record = await lockIdleRecord(world, found);
    if (record !== undefined) return removeLocked(world, record);
    if (!recordExists(world, found.config.id)) throw goneMeanwhile(found);
    // Who did not have to wait met another command that had just started it. It may have ended since.
    const waited = performance.now() - since >= LOCK_PATIENCE_MS;
    if (waited || !force || attempt === PATIENCE) throw busyContainer(found.config.name);
  }
}

/** How often a start that is faster is met by another stop. */
const PATIENCE = 20;

async function removeLocked(world: World, record: NewRecord): Promise<void> {
  try {
    await removeRecord(world, record);
  } finally {
    record.lock.release();
  }
}

/** A record that cannot be read any more goes here and now with whatever is found by its id, running or not. */
async function findOrClear(world: World, reference: string): Promise<ContainerRecord | undefined> {
  try {
    return findRecord(world, reference);
  } catch (error) {
    if (!(error instanceof LimpidError) || error.code !== 'ERECORD') throw error;
    const id = recordedId(world, reference);
    await removeThings(world, id, cgroupPath({ id }));
    sweepNames(world, new Set(listIds(world)));
    return undefined;
  }
}

/**
 * Removes what a lock holder knows to be dead: the config first, so that from then on it is gone for everybody. Killed
 * behind that, the config under its other name says to `removeLeavings` which cgroup to look for.
 */
export async function removeRecord(world: World, { config, paths }: ContainerRecord): Promise<void> {
  // What a failed launch cleared away itself is gone already.
  if (recordExists(world, config.id)) renamePath(paths.config, paths.removed);
  releaseName(world, config.name, config.id);
  await removeThings(world, config.id, cgroupPath(config));
}

/** Clears away what killed commands left without a record. Answers the ids. `recorded`, of `ids`, need no second look. */
export async function removeLeavings(
  world: World,
  recorded: readonly ContainerRecord[] = [],
  ids: readonly string[] = listIds(world),
): Promise<string[]> {
  const removed: string[] = [];
  for (const id of listLeavings(world, recorded, ids)) {
    const lock = tryLock(containerPaths(world, id, true).lock);
    if (lock === 'busy') continue;
    if (await removeLeft(world, id)) removed.push(id);
    if (lock !== 'absent') lock.release();
  }
  sweepNames(world, new Set(ids.filter((id) => !removed.includes(id))), recorded);
  return removed;
}

/** For who holds the lock: what looked left may have been started, or committed, after all. */
async function removeLeft(world: World, id: string): Promise<boolean> {
  if (!recordExists(world, id)) await removeThings(world, id, cgroupPath({ id, ...removedParent(world, id) }));
  else {
    const record = readRecord(world, id);
    if (record === undefined || !startsAtOnce(record, () => observeState(world, record).status)) return false;
    await removeRecord(world, record);
  }
  return true;
}

/** `--cgroup-parent` of a container whose removal was cut short. */
function removedParent(world: World, id: string): Pick<ContainerConfig, 'cgroupParent'> {
  for (const volatile of [true, false]) {
    const { removed } = containerPaths(world, id, volatile);
    const text = readText(removed);
    if (text === undefined) continue;
    try {
      const { cgroupParent } = parseConfig(text, { id, path: removed });
      return cgroupParent === undefined ? {} : { cgroupParent };
    } catch {
      // Damaged as well: then it was in the usual place, if in any.
    }
  }
  return {};
}

async function removeThings(world: World, id: string, cgroupsPath: string): Promise<void> {
  const { merged, lower, shm, storage, runtime } = containerPaths(world, id, false);
  const left = planLeave(
    { mounts: [merged, lower, shm, ...leftOverlays({ storage })], cgroupsPath, remove: [storage, runtime] },
    world.facts,
  );
  if (statPath(leasesDirectory(world, '')) === undefined) {
    launchPlan({ plan: left, executor: await world.executor });
    return;
  }
  const { leaveNetworks } = await import('../networks/leave.ts');
  launchPlan({ plan: [...leaveNetworks(world, id), ...left], executor: await world.executor });
  const { releaseAllLeases } = await import('../networks/remove-leases.ts');
  releaseAllLeases(world, id);
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
