import { LimpidError } from '../base/error.ts';

const EXIT_RUNTIME_FAILED = 1;

/** A failure of the runtime: callers look for words such as "does not exist" and "not running" in its text. */
export function runtimeError(code: string, doing: string, subject: string, why: string, hint?: string): LimpidError {
  return new LimpidError({
    code,
    doing,
    subject,
    why,
    exitCode: EXIT_RUNTIME_FAILED,
    ...(hint === undefined ? {} : { hint }),
  });
}
