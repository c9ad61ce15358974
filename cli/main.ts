import { tracePhase } from '../base/trace.ts';
import { runCommandLine } from './command-line.ts';
import { STANDARD_OUTPUT } from './output.ts';

tracePhase('program loaded');
process.exit(await runCommandLine(Bun.argv.slice(2), STANDARD_OUTPUT));
