import { LimpidError } from '../base/error.ts';
import { COMMAND_WORDS, GROUP_WORDS } from './command-words.gen.ts';
import { suggest } from './parse/suggest.ts';

export interface FoundCommand {
  /** Key in COMMANDS. */
  readonly name: string;
  /** As called: `limpid container run`. */
  readonly called: string;
  /** The words behind it. */
  readonly rest: readonly string[];
}

type Groups = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** The command that the first word, or the first two, name. Throws ECOMMAND with the nearest name where there is none. */
export function findCommand([first = '', ...rest]: readonly string[]): FoundCommand {
  if (isCommand(first)) return { name: first, called: `limpid ${first}`, rest };
  const groups = readGroups();
  if (!Object.hasOwn(groups, first)) {
    const names = [...Object.keys(COMMAND_WORDS).filter(isCommand), ...Object.keys(groups)];
    throw unknownCommand('limpid', first, names);
  }
  const group = groups[first]!;
  const [second = '', ...behind] = rest;
  if (Object.hasOwn(group, second)) return { name: group[second]!, called: `limpid ${first} ${second}`, rest: behind };
  throw unknownCommand(`limpid ${first}`, second, Object.keys(group));
}

/** Whether a word is the name of a group of commands, `container`. */
export function isGroup(word: string): boolean {
  return Object.hasOwn(readGroups(), word);
}

function isCommand(word: string): boolean {
  return Object.hasOwn(COMMAND_WORDS, word) && !word.includes(' ');
}

function readGroups(): Groups {
  return JSON.parse(GROUP_WORDS) as Groups;
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
