import { isTracing, takeTrace, tracePhase } from '../base/trace.ts';
import { writeAll } from '../kernel/files.ts';
import { becomeReaper, becomeSubreaper, connectedPair } from '../kernel/reaper.ts';
import { signalChild } from '../kernel/process.ts';
import { closeDescriptor } from '../kernel/descriptors.ts';
import type { Plan } from '../plan/ops.ts';
import type { RuntimeWorld } from './runtime-world.ts';

export interface Foreground {
  /** Its terminal is this one. */
  readonly terminal: boolean;
  /** Words of a command for when it has ended. */
  readonly afterwards: readonly string[];
  /** Clean-up operations for then; asked for when it has started. */
  readonly cleanup?: () => Plan;
}

const FORWARDED = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

/** What comes before the reaper has taken over is kept for it. */
function catchSignals(): readonly number[] {
  const caught: number[] = [];
  for (const name of FORWARDED) process.on(name, (_name, number: number) => void caught.push(number));
  return caught;
}

/** Long enough for the handlers of what has come by now. */
const TURN_MS = 1;

/**
 * Starts a process by `start`, which gets the descriptor that its terminal is sent to, and becomes what waits for it
 * and exits as it does. No JavaScript stays.
 */
export async function waitInForeground(
  world: RuntimeWorld,
  start: (consoleFd: number | undefined) => Promise<number>,
  { terminal, afterwards, cleanup = () => [] }: Foreground,
): Promise<never> {
  becomeSubreaper();
  const caught = catchSignals();
  const [ours, theirs] = terminal ? connectedPair() : [-1, undefined];
  const pid = await start(theirs);
  if (theirs !== undefined) closeDescriptor(theirs);
  const executor = await world.executor();
  const plan = cleanup();
  await Bun.sleep(TURN_MS);
  tracePhase('handed over');
  if (isTracing()) writeAll(2, new TextEncoder().encode(takeTrace()), 'the trace');
  for (const signal of caught) signalChild(pid, signal);
  return becomeReaper(executor, { pid, terminalFd: ours, afterwards, cleanup: plan });
}
