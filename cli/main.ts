import { runCommandLine } from './command-line.ts';
import { STANDARD_OUTPUT } from './output.ts';

process.exit(await runCommandLine(Bun.argv.slice(2), STANDARD_OUTPUT));
