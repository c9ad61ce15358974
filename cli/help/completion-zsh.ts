import type { CommandDefinition } from '../parse/command.ts';
import type { OptionDefinition } from '../parse/option.ts';
import { type CalledCommand, LIST_CONTAINERS, SIGNALS } from './completion-words.ts';

/** zsh: `_arguments` for each command. */
export function describeZshCompletion(commands: readonly CalledCommand[]): string {
  return `#compdef limpid
# zsh completion for limpid; made from its table of commands
_limpid_containers() { local -a names; names=(\${(f)"$(${LIST_CONTAINERS})"}); compadd -a names }
_limpid() {
  local cmd=$words[2]
  if (( CURRENT == 2 )); then
    local -a commands; commands=(
${wordList(commands, (words) => words.length === 1)}      'container:Commands about containers'
    ); _describe command commands; return
  fi
  shift words; (( CURRENT-- ))
  if [[ $cmd == container ]]; then
    if (( CURRENT == 2 )); then
      local -a commands; commands=(
${wordList(commands, (words) => words[0] === 'container' && words.length === 2)}      ); _describe command commands; return
    fi
    cmd="container $words[2]"; shift words; (( CURRENT-- ))
  fi
  case "$cmd" in
${commands.map(({ words, command }) => describeCommand(words, command)).join('')}  esac
}
compdef _limpid limpid
`;
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
  const rest = completion === 'container' ? "'*:container:_limpid_containers'" : "'*:argument:_files'";
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
