import type { OptionDefinition } from '../parse/option.ts';
import { type CalledCommand, groupNames, isListed, LISTS, SIGNALS } from './completion-words.ts';

/** fish: one `complete` line for each command and each option. */
export function describeFishCompletion(commands: readonly CalledCommand[]): string {
  const lines = [
    '# fish completion for limpid; made from its table of commands',
    'complete -c limpid -f',
    ...groupNames(commands).map(
      (group) => `complete -c limpid -n __fish_use_subcommand -a ${group} -d 'Commands of this group'`,
    ),
    ...commands.flatMap(describeCommand),
  ];
  return `${lines.join('\n')}\n`;
}

function describeCommand({ words, command }: CalledCommand): string[] {
  const [first, second] = words.split(' ') as [string, string?];
  const before = second === undefined ? '__fish_use_subcommand' : `'__fish_seen_subcommand_from ${first}'`;
  const inside = words
    .split(' ')
    .map((word) => `__fish_seen_subcommand_from ${word}`)
    .join('; and ');
  const options = Object.entries(command.options).filter(([, option]) => option.hidden !== true);
  return [
    `complete -c limpid -n ${before} -a ${second ?? first} -d ${quote(command.synopsis)}`,
    ...(isListed(command.completion)
      ? [`complete -c limpid -n '${inside}' -a ${quote(`(${LISTS[command.completion]})`)}`]
      : []),
    ...options.map(([name, option]) => `complete -c limpid -n '${inside}' ${describeOption(name, option)}`),
  ];
}

function describeOption(name: string, option: OptionDefinition): string {
  const short = option.short === undefined ? '' : ` -s ${option.short}`;
  return `-l ${name}${short}${valueWords(option)} -d ${quote(option.help)}`;
}

function valueWords({ type, choices, completion }: OptionDefinition): string {
  if (type === 'bool') return '';
  if (choices !== undefined) return ` -x -a ${quote(choices.join(' '))}`;
  if (completion === 'signal') return ` -x -a ${quote(SIGNALS)}`;
  if (completion === 'directory') return " -x -a '(__fish_complete_directories)'";
  return completion === 'file' ? ' -r -F' : ' -x';
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`)}'`;
}
