import { printable } from '../../base/printable.ts';
import type { Output } from '../output.ts';

/** How a copy goes on, a line each on stderr; `undefined` where it is to be quiet. */
export function copyProgress(
  output: Output,
  { quiet }: { readonly quiet: boolean },
): ((line: string) => void) | undefined {
  return quiet ? undefined : (line) => void output.err(`${printable(line)}\n`);
}
