import { becomeReaper, becomeSubreaper, connectedPair } from '../kernel/reaper.ts';
import { closeDescriptor } from '../kernel/descriptors.ts';
import type { RuntimeWorld } from './runtime-world.ts';

export interface Foreground {
  /** Its terminal is this one. */
  readonly terminal: boolean;
  /** Words of a command for when it has ended. */
  readonly afterwards: readonly string[];
}

/**
 * Starts a process by `start`, which gets the descriptor that its terminal is sent to, and becomes what waits for it
 * and exits as it does. No JavaScript stays.
 */
export async function waitInForeground(
  world: RuntimeWorld,
  start: (consoleFd: number | undefined) => Promise<number>,
  { terminal, afterwards }: Foreground,
): Promise<never> {
  becomeSubreaper();
  const [ours, theirs] = terminal ? connectedPair() : [-1, undefined];
  const pid = await start(theirs);
  if (theirs !== undefined) closeDescriptor(theirs);
  return becomeReaper(await world.executor(), { pid, terminalFd: ours, afterwards });
}
