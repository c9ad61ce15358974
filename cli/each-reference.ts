import { EXIT_ENGINE_FAILED, LimpidError } from '../base/error.ts';
import type { Output } from './output.ts';

const NOT_THERE: ReadonlySet<string> = new Set(['ENOCONTAINER', 'ENONETWORK', 'ENOVOLUME']);

interface EachOptions {
  /** Do not mind one that is not there. */
  readonly ignore?: boolean;
  readonly print?: boolean;
  /** By an error's code, where a command has exit codes of its own. */
  readonly exitCodes?: Readonly<Record<string, number>>;
}

/**
 * Does something with each container, image, network or volume and prints its name; one that fails keeps none of the rest
 * from being done. Answers the exit code: what all errors have in common, but for those that are missing, else 125; or 0.
 */
export async function eachReference(
  references: readonly string[],
  output: Output,
  { ignore = false, print = true, exitCodes = {} }: EachOptions,
  act: (reference: string) => unknown,
): Promise<number> {
  let exitCode = 0;
  // podman's: where some are missing and others fail, it is the others' code.
  let onlyMissing = true;
  for (const reference of references) {
    try {
      await act(reference);
      if (print) await output.out(`${reference}\n`);
    } catch (error) {
      if (!(error instanceof LimpidError)) throw error;
      if (ignore && NOT_THERE.has(error.code)) continue;
      await output.err(`Error: ${error.message}\n`);
      const its = exitCodes[error.code] ?? error.exitCode;
      const isMissing = NOT_THERE.has(error.code) && error.code in exitCodes;
      if (exitCode === 0 || onlyMissing) exitCode = its;
      else if (exitCode !== its && !isMissing) exitCode = EXIT_ENGINE_FAILED;
      onlyMissing = onlyMissing && isMissing;
    }
  }
  return exitCode;
}
