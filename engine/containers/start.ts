import { LimpidError } from '../../base/error.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { removeFile } from '../../kernel/files.ts';
import { explainFailure } from '../../plan/describe.ts';
import { SLOT } from '../../plan/slots.ts';
import { findRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import { busyContainer, lockRecord, type NewRecord } from '../records/write.ts';
import type { World } from '../world.ts';
import { prepareLaunch, type TerminalSize } from './prepare.ts';

export interface StartOptions {
  /** Size of the caller's terminal, for a container that has one. */
  readonly size?: TerminalSize;
}

/** A container that was just started, with the control connection to its monitor. */
export interface StartedContainer extends NewRecord {
  readonly pid: number;
  /** Frames flow here from the first byte on; the caller closes it or becomes its client. */
  readonly controlFd: number;
  readonly trace: string;
}

/** Starts a created or exited container. `undefined` where it runs already. Throws EBUSY, and what the launch throws. */
export async function startContainer(world: World, reference: string, options: StartOptions = {}): Promise<StartedContainer | undefined> {
  const found = findRecord(world, reference);
  const record = lockRecord(world, found);
  if (record !== undefined) return startRecord(world, record, options);
  if (observeState(world, found).process !== undefined) return undefined;
  throw busyContainer(found.config.name);
}

/**
 * Starts a container whose lock the caller holds: the monitor inherits the lock and this process lets go of it.
 * A failed start leaves the record, without anything mounted or running.
 */
export async function startRecord(world: World, record: NewRecord, options: StartOptions): Promise<StartedContainer> {
  const { config, paths, lock } = record;
  try {
    const { plan } = await prepareLaunch(world, config, paths, options.size);
    // An old exit record must not speak for the new run, should its monitor be killed.
    removeFile(paths.exitRecord);
    removeFile(paths.startRecord);
    const { outcome, controlFd, trace } = launchPlan({
      plan,
      executor: await world.executor,
      slots: new Map([[SLOT.lock, lock.fd]]),
    });
    if (outcome.kind === 'started') return { ...record, pid: outcome.pid, controlFd, trace };
    if (outcome.kind === 'done') throw new LimpidError({ code: 'EPLAN', doing: 'start', subject: `container "${config.name}"`, why: 'its plan supervises nothing' });
    throw new LimpidError(explainFailure(plan, outcome.index, outcome.errno, outcome.call));
  } finally {
    lock.release();
  }
}
