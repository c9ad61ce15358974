import { tracePhase } from '../../base/trace.ts';
import { LimpidError } from '../../base/error.ts';
import { launchPlan, type Launched, type LaunchRequest, type Outcome } from '../../kernel/executor.ts';
import { statPath } from '../../kernel/file-status.ts';
import { libc } from '../../kernel/libc.ts';
import { planLeave } from '../../plan/leave.ts';
import type { Op, Plan } from '../../plan/ops.ts';
import { SLOT } from '../../plan/slots.ts';
import { cgroupPath } from '../cgroup-path.ts';
import { putAside } from '../records/earlier-run.ts';
import { findRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import { busyContainer, lockIdleRecord, type NewRecord } from '../records/write.ts';
import type { World } from '../world.ts';
import { clearRestarts } from '../records/restarts.ts';
import type { PreparedNetworks } from '../networks/prepare.ts';
import { leftOverlays } from './overlay-mounts.ts';
import { prepareLaunch, type PrepareOptions, type TerminalSize } from './prepare.ts';

export interface StartOptions {
  /** Size of the caller's terminal, for a container that has one. */
  readonly size?: TerminalSize;
  /** Not a person but the restart policy starts it. */
  readonly byPolicy?: boolean;
}

/** A container that was just started, with the control connection to its monitor. */
export interface StartedContainer extends NewRecord {
  readonly pid: number;
  /** Frames flow here from the first byte on; the caller closes it or becomes its client. */
  readonly controlFd: number;
  /** What it was started by. */
  readonly plan: Plan;
  readonly networks?: PreparedNetworks;
  readonly trace: string;
}

/** Starts a created or exited container. `undefined` where it runs already. Throws EBUSY, and what the launch throws. */
export async function startContainer(
  world: World,
  reference: string,
  options: StartOptions = {},
): Promise<StartedContainer | undefined> {
  const found = findRecord(world, reference);
  const record = await lockIdleRecord(world, found);
  if (record !== undefined) {
    try {
      // Without its monitor, a container that runs leaves its lock to anybody.
      return observeState(world, record).process === undefined ? await startRecord(world, record, options) : undefined;
    } finally {
      record.lock.release();
    }
  }
  const { process, status } = observeState(world, found);
  if (status === 'paused') throw pausedContainer(found.config.name);
  if (process !== undefined) return undefined;
  throw busyContainer(found.config.name);
}

/** Who starts it wants it to go on, and it would not. */
function pausedContainer(name: string): LimpidError {
  return new LimpidError({
    code: 'EPAUSED',
    doing: 'start',
    subject: `container "${name}"`,
    why: 'it is paused',
    hint: `\`limpid unpause ${name}\``,
  });
}

/**
 * Starts a container whose lock the caller holds, and releases when this has answered: the monitor has inherited it.
 * A failed start leaves the record, without anything mounted or running.
 */
export async function startRecord(world: World, record: NewRecord, options: StartOptions): Promise<StartedContainer> {
  const { config } = record;
  if (config.rootfs.kind === 'image' && config.mounts.length > 0) {
    const { fillVolumes } = await import('../volumes/fill.ts');
    await fillVolumes(world, config, record.paths);
  }
  // Ports are held also where no network is left that they lead to.
  const needs = (config.networks ?? []).length + (config.ports ?? []).length > 0 || config.publishAll === true;
  const isOnNetworks = config.namespaces.network.kind === 'private' && needs;
  return isOnNetworks ? startOnNetworks(world, record, options) : launchRecord(world, record, options);
}

async function startOnNetworks(world: World, record: NewRecord, options: StartOptions): Promise<StartedContainer> {
  const { config, paths } = record;
  const { prepareNetworks } = await import('../networks/prepare.ts');
  for (let attempt = 1; ; attempt++) {
    const networks = await prepareNetworks(world, config, paths);
    try {
      return await launchRecord(world, record, { ...options, networks });
    } catch (error) {
      networks.release();
      const { isWorthAnotherTry, withPortHolder } = await import('../networks/port-taken.ts');
      // What goes with its container has gone with the failed launch: `runContainer` begins anew.
      if (config.autoRemove || !isWorthAnotherTry(config, error, attempt)) throw withPortHolder(world, error);
    }
  }
}

async function launchRecord(
  world: World,
  record: NewRecord,
  options: StartOptions & Pick<PrepareOptions, 'networks'>,
): Promise<StartedContainer> {
  const { config, paths } = record;
  const { plan } = await prepareLaunch(world, config, paths, options);
  if (!options.byPolicy) clearRestarts(record);
  const executor = await world.executor;
  tracePhase('executor at hand');
  // A monitor takes its socket away last: where there is one, it was killed, and the rest of its run is in our way.
  if (statPath(paths.socket) !== undefined) await clearRun(world, record);
  const earlier = putAside(paths);
  try {
    const { pid, controlFd, trace } = await launchOrClear(world, record, { plan, executor }, options.networks);
    earlier.forget();
    tracePhase('container started');
    return { ...record, pid, controlFd, plan, trace, ...(options.networks && { networks: options.networks }) };
  } catch (error) {
    earlier.restore();
    throw error;
  }
}

/** Throws where the process did not start. An executor that was killed has not cleared away what it had made. */
async function launchOrClear(
  world: World,
  record: NewRecord,
  request: Pick<LaunchRequest, 'plan' | 'executor'>,
  networks: PreparedNetworks | undefined,
): Promise<Omit<Launched, 'outcome'> & { readonly pid: number }> {
  let launched: Launched;
  try {
    launched = launchPlan({ ...request, slots: new Map([[SLOT.lock, record.lock.fd]]) });
  } catch (error) {
    await clearRun(world, record, networks?.plan.cleanup);
    throw error;
  }
  const { outcome } = launched;
  if (outcome.kind === 'started') return { ...launched, pid: outcome.pid };
  throw await launchError(request.plan, outcome, `container "${record.config.name}"`);
}

/** Ends and clears away what is left in the kernel of a run that nobody watches. The lock's holder alone may do that. */
async function clearRun(
  world: World,
  { config, paths: { merged, shm, socket, storage } }: NewRecord,
  more: readonly Op[] = [],
): Promise<void> {
  const mounts = [merged, shm, ...leftOverlays({ storage })];
  const left = planLeave({ mounts, cgroupsPath: cgroupPath(config), remove: [socket] }, world.facts);
  libc.close(launchPlan({ plan: [...left, ...more], executor: await world.executor }).controlFd);
}

/** The error for a launch that did not end in a supervised process. */
export async function launchError(plan: Plan, outcome: Outcome, subject: string): Promise<LimpidError> {
  if (outcome.kind === 'failed') {
    // Its tables are large and needed only here.
    const { explainFailure } = await import('../../plan/describe/explain-failure.ts');
    return new LimpidError(explainFailure(plan, outcome.index, outcome.errno, outcome.call));
  }
  return new LimpidError({ code: 'EPLAN', doing: 'start', subject, why: 'its plan supervises nothing' });
}
