import { LimpidError } from '../../base/error.ts';
import { FRAME, parseExit, type ExitStatus } from '../../kernel/frames.ts';
import { waitForEnd } from '../../kernel/process.ts';
import { findRecord, recordExists, type ContainerRecord } from '../records/read.ts';
import { observeState, type ContainerState, type Status } from '../records/state.ts';
import { connectMonitor } from '../watch/connect.ts';
import type { World } from '../world.ts';

/** Waits until a container has exited and its leavings are gone; answers how. Throws ENOTSTARTED for a created one. */
export async function waitContainer(world: World, reference: string): Promise<ExitStatus> {
  return waitForExit(world, findRecord(world, reference));
}

/** Waits until a container is in one of the states; answers its exit code, or -1 where it has not exited. */
export async function waitForStatus(
  world: World,
  reference: string,
  wanted: readonly Status[],
  intervalMs: number,
): Promise<number> {
  const record = findRecord(world, reference);
  for (;;) {
    const state = observeState(world, record);
    if (wanted.includes(state.status)) return state.status === 'exited' ? exitOf(state).code : -1;
    if (!recordExists(world, record.config.id)) throw goneMeanwhile(record.config.name);
    await Bun.sleep(intervalMs);
  }
}

/** As `waitContainer`; `signal` ends the wait early, and the answer then means nothing. */
export async function waitForExit(world: World, record: ContainerRecord, signal?: AbortSignal): Promise<ExitStatus> {
  const state = observeState(world, record);
  if (state.status === 'created') throw neverStarted(record.config.name);
  if (state.status === 'exited') return exitOf(state);
  const told = await exitFrame(record, signal);
  if (told !== undefined) return told;
  // The monitor left before we could connect, or was killed: then the kernel is asked about the process itself.
  if (state.process !== undefined) await pollEnd(state, signal);
  return exitOf(observeState(world, record));
}

async function exitFrame({ paths }: ContainerRecord, signal?: AbortSignal): Promise<ExitStatus | undefined> {
  let status: ExitStatus | undefined;
  const connection = await connectMonitor({ path: paths.socket }, ({ type, payload }) => {
    if (type === FRAME.exit) status = parseExit(new TextDecoder().decode(payload));
  });
  if (signal?.aborted) connection?.close();
  signal?.addEventListener('abort', () => connection?.close(), { once: true });
  await connection?.closed;
  return status;
}

/** Without a monitor nobody tells the end, and a blocked poll(2) would stop this program: so it looks in turns. */
async function pollEnd({ process }: ContainerState, signal?: AbortSignal): Promise<void> {
  const LOOK_MS = 20;
  for (;;) {
    if (signal?.aborted || waitForEnd(process!, 0)) return;
    await Bun.sleep(LOOK_MS);
  }
}

function exitOf({ exitCode = 255, oomKilled }: ContainerState): ExitStatus {
  return { code: exitCode, signal: exitCode > 128 && exitCode < 255 ? exitCode - 128 : 0, oomKilled };
}

function goneMeanwhile(name: string): LimpidError {
  const why = 'it was removed meanwhile';
  return new LimpidError({ code: 'ENOCONTAINER', doing: 'wait for', subject: `container "${name}"`, why });
}

function neverStarted(name: string): LimpidError {
  return new LimpidError({
    code: 'ENOTSTARTED',
    doing: 'wait for',
    subject: `container "${name}"`,
    why: 'it was never started',
    hint: `\`limpid start ${name}\` starts it`,
  });
}
