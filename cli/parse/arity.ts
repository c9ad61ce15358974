import { LimpidError } from '../../base/error.ts';
import type { Arity } from './command.ts';

/** Throws EARGUMENTS where a command got too few arguments or too many. `given` are the options that were typed. */
export function checkArity(command: string, arity: Arity, args: readonly string[], given: readonly string[]): void {
  const standIn = Object.entries(arity.instead ?? {}).find(([option]) => given.includes(option));
  const { min, max } = standIn?.[1] ?? arity;
  if (args.length < min) throw argumentsError(command, `${arity.what} is missing`, adviceFor(command, arity));
  if (max === undefined || args.length <= max) return;
  if (standIn !== undefined && args.length <= (arity.max ?? Infinity)) {
    throw argumentsError(command, `--${standIn[0]} and the argument "${args[max]}" exclude each other`);
  }
  throw argumentsError(
    command,
    max === 0 ? `it takes no arguments, got "${args[0]}"` : `"${args[max]}" is one argument too many`,
  );
}

function adviceFor(command: string, arity: Arity): string {
  const options = Object.keys(arity.instead ?? {}).map((option) => `--${option}`);
  return options.length === 0 ? `see "${command} --help"` : `name one, or give ${options.join(', ')}`;
}

function argumentsError(command: string, why: string, hint?: string): LimpidError {
  return new LimpidError({
    code: 'EARGUMENTS',
    doing: 'run',
    subject: `"${command}"`,
    why,
    ...(hint === undefined ? {} : { hint }),
  });
}
