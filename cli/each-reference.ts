import { LimpidError } from '../base/error.ts';
import type { Output } from './output.ts';

/**
 * Does something with each container, image or network and prints its name; one that fails keeps none of the rest from
 * being done.
 * Answers the exit code: that of the first error, or 0.
 */
export async function eachReference(
  references: readonly string[],
  output: Output,
  { ignore = false, print = true }: { readonly ignore?: boolean; readonly print?: boolean },
  act: (reference: string) => unknown,
): Promise<number> {
  let exitCode = 0;
  for (const reference of references) {
    try {
      await act(reference);
      if (print) await output.out(`${reference}\n`);
    } catch (error) {
      if (!(error instanceof LimpidError)) throw error;
      if (ignore && error.code === 'ENOCONTAINER') continue;
      await output.err(`Error: ${error.message}\n`);
      exitCode ||= error.exitCode;
    }
  }
  return exitCode;
}
