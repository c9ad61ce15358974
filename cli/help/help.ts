import { COMMANDS, GROUPS, loadCommands } from '../commands/index.ts';
import { findCommand } from '../find-command.ts';
import { describeCommand } from './command-help.ts';
import { describeGroupOfCommands, describeProgram } from './overview.ts';

/** Help for the words behind `limpid help`: nothing, a group, or a command. Throws ECOMMAND for another word. */
export async function describeHelp(words: readonly string[]): Promise<string> {
  const [first, second] = words;
  if (first === undefined) return describeProgram(await loadCommands());
  if (Object.hasOwn(GROUPS, first) && second === undefined) {
    return describeGroupOfCommands(first, GROUPS[first]!, await loadCommands());
  }
  const name = Object.hasOwn(COMMANDS, first) ? first : findCommand(words).name;
  return describeCommand((await COMMANDS[name]!()).command);
}
