import type { CommandDefinition } from '../parse/command.ts';
import type { OptionDefinition } from '../parse/option.ts';
import { type CalledCommand, groupNames, isListed, LISTS, SIGNALS } from './completion-words.ts';

/** zsh: `_arguments` for each command. */
export function describeZshCompletion(commands: readonly CalledCommand[]): string {
  const groups = groupNames(commands);
  return `#compdef limpid
# zsh completion for limpid; made from its table of commands
${lists()}_limpid() {
  local cmd=$words[2]
  if (( CURRENT == 2 )); then
    local -a commands; commands=(
${wordList(commands, (words) => words.length === 1)}${groups
    .map((group) => `      '${group}:Commands of this group'\n`)
    .join('')}    ); _describe command commands; return
  fi
  shift words; (( CURRENT-- ))
${groups.map((group) => describeGroup(commands, group)).join('')}  case "$cmd" in
${commands.map(({ words, command }) => describeCommand(words, command)).join('')}  esac
}
compdef _limpid limpid
`;
}

function describeGroup(commands: readonly CalledCommand[], group: string): string {
  return `  if [[ $cmd == ${group} ]]; then
    if (( CURRENT == 2 )); then
      local -a commands; commands=(
${wordList(commands, (words) => words[0] === group && words.length === 2)}      ); _describe command commands; return
    fi
    cmd="${group} $words[2]"; shift words; (( CURRENT-- ))
  fi
`;
}

function lists(): string {
  const lines = Object.entries(LISTS).map(
    ([kind, list]) => `_limpid_${kind}s() { local -a names; names=(\${(f)"$(${list})"}); compadd -a names }\n`,
  );
  return lines.join('');
}

function wordList(commands: readonly CalledCommand[], wanted: (words: readonly string[]) => boolean): string {
  const chosen = commands.filter(({ words }) => wanted(words.split(' ')));
  return chosen
    .map(
      ({ words, command }) =>
        `      ${quote(`${words.split(' ').at(-1)}:${command.synopsis.replaceAll(':', '\\:')}`)}\n`,
    )
    .join('');
}

function describeCommand(words: string, { options, completion }: CommandDefinition): string {
  const visible = Object.entries(options).filter(([, option]) => option.hidden !== true);
  const specs = visible.flatMap(([name, option]) => describeOption(name, option));
  const rest = isListed(completion) ? `'*:${completion}:_limpid_${completion}s'` : "'*:argument:_files'";
  return `    ${quote(words)}) _arguments -s ${[...specs, rest].join(' ')} ;;\n`;
}

function describeOption(name: string, option: OptionDefinition): string[] {
  const help = option.help.replaceAll(/[[\]:\\]/g, '\\$&');
  const star = option.type === 'array' || option.type === 'slice' ? '*' : '';
  const tail = `[${help}]${valueAction(option)}`;
  const long = quote(`${star}--${name}${option.type === 'bool' ? '' : '='}${tail}`);
  return option.short === undefined
    ? [long]
    : [long, quote(`${star}-${option.short}${option.type === 'bool' ? '' : '+'}${tail}`)];
}

function valueAction({ type, choices, completion }: OptionDefinition): string {
  if (type === 'bool') return '';
  if (choices !== undefined) return `:value:(${choices.join(' ')})`;
  if (completion === 'signal') return `:signal:(${SIGNALS})`;
  if (completion === 'directory') return ':directory:_directories';
  return completion === 'file' ? ':file:_files' : ':value: ';
}

function quote(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
