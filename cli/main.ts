import '../base/array-methods.ts';
import { tracePhase } from '../base/trace.ts';
import { runCommandLine } from './command-line.ts';
import { STANDARD_OUTPUT } from './output.ts';
import { runtimeWords } from './runtime/is-runtime.ts';

tracePhase('program loaded');
const words = Bun.argv.slice(2);
const forRuntime = runtimeWords(process.argv0, words);
process.exit(await (forRuntime === undefined ? runCommandLine(words, STANDARD_OUTPUT) : runAsRuntime(forRuntime)));

async function runAsRuntime(rest: readonly string[]): Promise<number> {
  const { runRuntime } = await import('./runtime/runtime-command-line.ts');
  const { selfCommand } = await import('../engine/self-command.ts');
  return runRuntime(rest, [...selfCommand(), 'runtime'], STANDARD_OUTPUT);
}
