import { LimpidError } from '../../base/error.ts';
import { FRAME, parseExit, type ExitStatus } from '../../kernel/frames.ts';
import { waitForEnd } from '../../kernel/process.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { observeState, type ContainerState } from '../records/state.ts';
import { connectMonitor } from '../watch/connect.ts';
import type { World } from '../world.ts';

/** Waits until a container has exited and its leavings are gone; answers how. Throws ENOTSTARTED for a created one. */
export async function waitContainer(world: World, reference: string): Promise<ExitStatus> {
  return waitForExit(world, findRecord(world, reference));
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

function neverStarted(name: string): LimpidError {
  return new LimpidError({
    code: 'ENOTSTARTED',
    doing: 'wait for',
    subject: `container "${name}"`,
    why: 'it was never started',
    hint: `\`limpid start ${name}\` starts it`,
  });
}
