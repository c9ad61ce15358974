import { takeTrace, tracePhase } from '../base/trace.ts';
import { becomeForeground } from '../engine/foreground.ts';
import { findKeptRun } from '../engine/kept/kept-run.ts';
import { runKept } from '../engine/kept/run-kept.ts';
import type { GlobalOptions } from './commands/global-options.ts';
import type { OptionValues } from './parse/option.ts';
import type { Output } from './output.ts';
import { worldOf } from './world.ts';

/**
 * `limpid run` with words that came before: its plan was kept, and none of them is read again. `undefined` where nothing is
 * kept for them, or where it does not work as it did.
 */
export async function runAgain(
  words: readonly string[],
  globals: OptionValues<GlobalOptions>,
  output: Output,
): Promise<number | undefined> {
  const world = worldOf({ globals });
  const kept = findKeptRun(world, words);
  if (kept === undefined) return undefined;
  tracePhase('kept plan found');
  const ran = await runKept(world, kept);
  if (ran === undefined) return undefined;
  if (ran.trace !== '') await output.err(takeTrace() + ran.trace);
  if (kept.foreground === undefined) {
    await output.out(`${ran.id}\n`);
    return 0;
  }
  return becomeForeground(world, { fd: ran.controlFd, subscribe: false, terminal: false, ...kept.foreground });
}
