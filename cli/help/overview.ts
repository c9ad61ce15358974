import type { CommandDefinition } from '../parse/command.ts';
import { GLOBAL_OPTIONS } from '../commands/global-options.ts';
import { describeOptions } from './option-help.ts';

const GROUP_ORDER = [
  'Run containers',
  'Look at them',
  'Change them',
  'Images',
  'Networks',
  'Volumes',
  'About limpid',
] as const;

/** What the commands behind a group's name are about, where that is not the name in the plural. */
const GROUP_TOPICS: Readonly<Record<string, string>> = {
  netns: "containers' network namespaces",
  system: 'the whole store',
};

/** What `limpid --help` shows. */
export function describeProgram(commands: readonly CommandDefinition[]): string {
  return [
    'Limpid: containers that you can see through, without a daemon\n',
    '\nUsage:\n  limpid [options] COMMAND\n',
    '\nExample:\n  # A shell that is gone when you leave it\n  limpid run --rm -it builtin:busybox sh\n',
    ...GROUP_ORDER.map((group) =>
      describeGroup(
        group,
        commands.filter((command) => command.group === group),
      ),
    ),
    describeOptions(GLOBAL_OPTIONS),
    '\n"limpid help COMMAND" tells more about one; "limpid run --show=plan ..." shows what the kernel would be asked.\n',
  ].join('');
}

/** What `limpid container --help` shows: the words behind a group's name. */
export function describeGroupOfCommands(
  group: string,
  words: Readonly<Record<string, string>>,
  commands: readonly CommandDefinition[],
): string {
  const byName = new Map(commands.map((command) => [command.name, command]));
  const lines = Object.entries(words).flatMap(([word, name]) => {
    const command = byName.get(name);
    return command === undefined ? [] : [`  ${word.padEnd(12)}${command.synopsis}\n`];
  });
  return `Commands about ${GROUP_TOPICS[group] ?? `${group}s`}\n\nUsage:\n  limpid ${group} COMMAND\n\nCommands:\n${lines.join('')}`;
}

function describeGroup(heading: string, commands: readonly CommandDefinition[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length)) + 2;
  const lines = commands.map(({ name, synopsis }) => `  ${name.padEnd(Math.max(width, 12))}${synopsis}\n`);
  return `\n${heading}:\n${lines.join('')}`;
}
