import { isTracing, takeTrace, tracePhase } from '../base/trace.ts';
import { closeDescriptor } from '../kernel/descriptors.ts';
import { sealedMemfd } from '../kernel/executor.ts';
import { writeAll } from '../kernel/files.ts';
import { signalChild } from '../kernel/process.ts';
import { becomeReaper, becomeSubreaper, blockSignals, connectedPair } from '../kernel/reaper.ts';
import type { Plan } from '../plan/ops.ts';
import { encodePlan } from '../plan/wire.ts';
import type { RuntimeWorld } from './runtime-world.ts';

export interface Foreground {
  /** Its terminal is this one. */
  readonly terminal: boolean;
  /** Words of a command for when it has ended. */
  readonly afterwards: readonly string[];
}

/** Takes clean-up operations for when the process has ended. */
export type CleanUp = (plan: Plan) => void;

const FORWARDED = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

/** What comes before the reaper has taken over is kept for it. */
function catchSignals(): readonly number[] {
  const caught: number[] = [];
  for (const name of FORWARDED) process.on(name, (_name, number: number) => void caught.push(number));
  return caught;
}

/**
 * Starts a process by `start`, which gets the descriptor that its terminal is sent to, and becomes what waits for it
 * and exits as it does. No JavaScript stays.
 */
export async function waitInForeground(
  world: RuntimeWorld,
  start: (cleanUp: CleanUp, consoleFd: number | undefined) => Promise<number>,
  { terminal, afterwards }: Foreground,
): Promise<never> {
  becomeSubreaper();
  const caught = catchSignals();
  const [ours, theirs] = terminal ? connectedPair() : [-1, undefined];
  let cleanupFd = -1;
  const pid = await start((plan) => void (cleanupFd = sealedMemfd('limpid-plan', encodePlan(plan))), theirs);
  if (theirs !== undefined) closeDescriptor(theirs);
  // What comes from here on waits for the reaper; what came before is handed to us in the turns of this loop.
  blockSignals();
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  for (const signal of caught) signalChild(pid, signal);
  tracePhase('handed over');
  if (isTracing()) writeAll(2, new TextEncoder().encode(takeTrace()), 'the trace');
  return becomeReaper(await world.executor(), { pid, terminalFd: ours, afterwards, cleanupFd });
}
