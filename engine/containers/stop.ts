import { SIGNALS } from '../../abi/flags/signal.ts';
import { setFrozen } from '../../kernel/freezer.ts';
import { signalProcess } from '../../kernel/process.ts';
import { cgroupPath } from '../cgroup-path.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import type { World } from '../world.ts';
import { markStopped } from '../records/restarts.ts';
import { waitForExit } from './wait.ts';

export interface StopOptions {
  /** Seconds before SIGKILL; the container's own `--stop-timeout` where not given. */
  readonly timeoutS?: number;
  /** Instead of the container's own stop signal. */
  readonly signal?: number;
}

/** Stops a container: its stop signal, a wait, then SIGKILL. One that does not run is left as it is. */
export async function stopContainer(
  world: World,
  reference: string,
  options: StopOptions = {},
): Promise<ContainerRecord> {
  const record = findRecord(world, reference);
  await stopRecord(world, record, options);
  return record;
}

export async function stopRecord(world: World, record: ContainerRecord, options: StopOptions = {}): Promise<void> {
  const { config } = record;
  markStopped(record);
  const { process, status } = observeState(world, record);
  if (status === 'stopping') return void (await waitForExit(world, record));
  if (process === undefined) return;
  const exited = waitForExit(world, record);
  const timeoutS = options.timeoutS ?? config.stopTimeoutS;
  if (timeoutS > 0) {
    signalProcess(process, options.signal ?? config.stopSignal);
    // A frozen process takes its signal when it is thawed.
    if (status === 'paused') setFrozen(world.facts.cgroup, cgroupPath(config), false);
    const inTime = await Promise.race([exited.then(() => true), Bun.sleep(timeoutS * 1000).then(() => false)]);
    if (inTime) return;
  }
  signalProcess(process, SIGNALS.SIGKILL);
  if (status === 'paused') thaw(world, record);
  await exited;
}

function thaw(world: World, { config }: ContainerRecord): void {
  try {
    setFrozen(world.facts.cgroup, cgroupPath(config), false);
  } catch {
    // It died frozen (cgroup v2) and its cgroup went with it.
  }
}
