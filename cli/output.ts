import { writeOutput } from '../engine/output.ts';

/** Where a command prints. Each text is written whole before the next. */
export interface Output {
  out(text: string | Uint8Array): void | Promise<void>;
  err(text: string | Uint8Array): void | Promise<void>;
}

/** The process's own stdout and stderr. process.stdout costs 8 ms and may lose what a slow pipe has not taken. */
export const STANDARD_OUTPUT: Output = {
  out: (text) => writeOutput('stdout', text),
  err: tell,
};

/** What was done counts, not what could not be told of it, as on a full disk. Who ends a pipe ends the command, too. */
function tell(text: string | Uint8Array): void {
  try {
    writeOutput('stderr', text);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EPIPE') throw error;
  }
}
