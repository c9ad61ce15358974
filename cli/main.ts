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
  // All at once: waiting for one after the other costs a start its milliseconds.
  const [{ runRuntime }, { selfCommand }] = await Promise.all([
    import('./runtime/runtime-command-line.ts'),
    import('../engine/self-command.ts'),
    import('./runtime/commands/index.ts').then(({ loadAhead }) => loadAhead(rest)),
  ]);
  return runRuntime(rest, [...selfCommand(), 'runtime'], STANDARD_OUTPUT);
}
