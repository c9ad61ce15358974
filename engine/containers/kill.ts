import { SIGNALS } from '../../abi/flags/signal.ts';
import { LimpidError } from '../../base/error.ts';
import { signalProcess, type ProcessIdentity } from '../../kernel/process.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { observeState, type ContainerState } from '../records/state.ts';
import type { World } from '../world.ts';
import { markStopped } from '../records/restarts.ts';

export interface RunningState extends ContainerState {
  readonly process: ProcessIdentity;
}

/** Sends a signal (its number) to a container's first process. Throws ENOTRUNNING. */
export function killContainer(world: World, reference: string, signal: number): ContainerRecord {
  const record = findRecord(world, reference);
  const { process } = requireRunning(world, record, 'signal');
  if (signal === SIGNALS.SIGKILL || signal === record.config.stopSignal) markStopped(record);
  if (!signalProcess(process, signal)) throw notRunning(record, 'signal', 'exited');
  return record;
}

/** The state of a container that runs (paused or not). Throws ENOTRUNNING with what it was wanted for. */
export function requireRunning(world: World, record: ContainerRecord, doing: string): RunningState {
  const state = observeState(world, record);
  if (state.process !== undefined) return { ...state, process: state.process };
  throw notRunning(record, doing, state.status);
}

export function notRunning({ config }: ContainerRecord, doing: string, status: string): LimpidError {
  return new LimpidError({
    code: 'ENOTRUNNING',
    doing,
    subject: `container "${config.name}"`,
    why: `it is not running but ${status}`,
    hint: `\`limpid start ${config.name}\` starts it`,
  });
}
