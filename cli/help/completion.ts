import { LimpidError } from '../../base/error.ts';
import { GROUPS } from '../commands/index.ts';
import type { CommandDefinition } from '../parse/command.ts';
import { describeBashCompletion } from './completion-bash.ts';
import { describeFishCompletion } from './completion-fish.ts';
import type { CalledCommand } from './completion-words.ts';
import { describeZshCompletion } from './completion-zsh.ts';

const SHELLS: Readonly<Record<string, (commands: readonly CalledCommand[]) => string>> = {
  bash: describeBashCompletion,
  zsh: describeZshCompletion,
  fish: describeFishCompletion,
};

/** The completion script for a shell. Throws EARGUMENTS for a shell that it does not know. */
export function describeCompletion(shell: string, commands: readonly CommandDefinition[]): string {
  const describe = Object.hasOwn(SHELLS, shell) ? SHELLS[shell] : undefined;
  if (describe !== undefined) return describe(calledCommands(commands));
  throw new LimpidError({
    code: 'EARGUMENTS',
    doing: 'complete',
    subject: `for shell ${JSON.stringify(shell)}`,
    why: 'bash, zsh or fish is wanted',
  });
}

function calledCommands(commands: readonly CommandDefinition[]): CalledCommand[] {
  const byName = new Map(commands.map((command) => [command.name, command]));
  const plain = commands.filter(({ name }) => !name.includes(' ')).map((command) => ({ words: command.name, command }));
  const grouped = Object.entries(GROUPS).flatMap(([group, words]) =>
    Object.entries(words).flatMap(([word, name]) => {
      const command = byName.get(name);
      return command === undefined ? [] : [{ words: `${group} ${word}`, command }];
    }),
  );
  return [...plain, ...grouped];
}
