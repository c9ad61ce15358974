import { LimpidError } from '../base/error.ts';
import { COMMANDS, GROUPS } from './commands/index.ts';
import { suggest } from './parse/suggest.ts';

export interface FoundCommand {
  /** Key in COMMANDS. */
  readonly name: string;
  /** As called: `limpid container run`. */
  readonly called: string;
  /** The words behind it. */
  readonly rest: readonly string[];
}

/** The command that the first word, or the first two, name. Throws ECOMMAND with the nearest name where there is none. */
export function findCommand([first = '', ...rest]: readonly string[]): FoundCommand {
  if (!Object.hasOwn(GROUPS, first)) {
    if (Object.hasOwn(COMMANDS, first) && !first.includes(' ')) return { name: first, called: `limpid ${first}`, rest };
    const names = [...Object.keys(COMMANDS).filter((name) => !name.includes(' ')), ...Object.keys(GROUPS)];
    throw unknownCommand('limpid', first, names);
  }
  const group = GROUPS[first]!;
  const [second = '', ...behind] = rest;
  if (Object.hasOwn(group, second)) return { name: group[second]!, called: `limpid ${first} ${second}`, rest: behind };
  throw unknownCommand(`limpid ${first}`, second, Object.keys(group));
}

function unknownCommand(parent: string, typed: string, names: readonly string[]): LimpidError {
  const nearest = suggest(typed, names);
  return new LimpidError({
    code: 'ECOMMAND',
    doing: 'run',
    subject: typed === '' ? `"${parent}"` : JSON.stringify(`${parent} ${typed}`),
    why: typed === '' ? 'a command is missing' : 'there is no such command',
    hint: nearest === undefined ? `see "${parent} --help"` : `did you mean "${parent} ${nearest}"?`,
  });
}
