import { LimpidError } from '../base/error.ts';
import { takeTrace, tracePhase } from '../base/trace.ts';
import { becomeForeground } from '../engine/foreground.ts';
import type { KeptForeground } from '../engine/kept/kept-file.ts';
import { VALID_NAME } from '../engine/records/read.ts';
import type { World } from '../engine/world.ts';
import type { GlobalOptions } from './commands/global-options.ts';
import type { OptionValues } from './parse/option.ts';
import type { Output } from './output.ts';
import { worldOf } from './world.ts';

interface Again {
  readonly controlFd: number;
  readonly trace: string;
  readonly foreground: KeptForeground;
  /** Printed where there is no foreground. */
  readonly id?: string;
}

/**
 * `limpid run` or `exec` with words that came before: their plan was kept, and none of them is read again. `undefined` where
 * nothing is kept for them, or where it does not work as it did.
 */
export async function runAgain(
  name: 'run' | 'exec',
  words: readonly string[],
  globals: OptionValues<GlobalOptions>,
  output: Output,
): Promise<number | undefined> {
  const world = worldOf({ globals });
  const again = name === 'run' ? await startAgain(world, words) : await enterAgain(world, words);
  if (again === undefined) return undefined;
  const { controlFd, trace, foreground, id } = again;
  if (trace !== '') await output.err(takeTrace() + trace);
  if (foreground !== undefined)
    return becomeForeground(world, { fd: controlFd, subscribe: false, terminal: false, ...foreground });
  if (id !== undefined) await output.out(`${id}\n`);
  return 0;
}

async function startAgain(world: World, words: readonly string[]): Promise<Again | undefined> {
  const [{ findKeptRun }, { maskName }] = await Promise.all([
    import('../engine/kept/kept-run.ts'),
    import('../engine/kept/masked-name.ts'),
  ]);
  const masked = maskName(words);
  const kept = findKeptRun(world, masked.words);
  // What is no name is told by the whole way.
  if (kept === undefined || (masked.name !== undefined && !VALID_NAME.test(masked.name))) return undefined;
  tracePhase('kept plan found');
  const { runKept } = await import('../engine/kept/run-kept.ts');
  const ran = await runKept(world, kept, masked.name);
  return ran && { ...ran, foreground: kept.foreground };
}

async function enterAgain(world: World, words: readonly string[]): Promise<Again | undefined> {
  const { execKept } = await import('../engine/kept/exec-kept.ts');
  try {
    return await execKept(world, words);
  } catch (error) {
    // Such as a container that is gone: the whole way says so.
    if (error instanceof LimpidError) return undefined;
    throw error;
  }
}
