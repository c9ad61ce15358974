import { writeOutput } from '../engine/output.ts';

/** Where a command prints. Each text is written whole before the next. */
export interface Output {
  out(text: string | Uint8Array): void | Promise<void>;
  err(text: string | Uint8Array): void | Promise<void>;
}

/** The process's own stdout and stderr. process.stdout costs 8 ms and may lose what a slow pipe has not taken. */
export const STANDARD_OUTPUT: Output = {
  out: (text) => writeOutput('stdout', text),
  err: (text) => writeOutput('stderr', text),
};
