import type { OptionDefinition } from '../parse/option.ts';
import { type CalledCommand, flagsOf, groupNames, isListed, LISTS, SIGNALS } from './completion-words.ts';

/** bash: one case for the flags of each command, one for the values of each option. */
export function describeBashCompletion(commands: readonly CalledCommand[]): string {
  return `# bash completion for limpid; made from its table of commands
_limpid() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} cmd=\${COMP_WORDS[1]} flags= args=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${topWords(commands)}' -- "$cur")); return
  fi
${groupNames(commands)
  .map((group) => describeGroup(commands, group))
  .join('')}  case "$cmd $prev" in
${values(commands)}  esac
  case "$cmd" in
${flags(commands)}  esac
  case "$cur" in
    -*) COMPREPLY=($(compgen -W "$flags" -- "$cur")) ;;
    *) case "$args" in
${lists()}      *) COMPREPLY=($(compgen -f -- "$cur")) ;;
    esac ;;
  esac
}
complete -o filenames -F _limpid limpid
`;
}

function describeGroup(commands: readonly CalledCommand[], group: string): string {
  return `  if [ "$cmd" = ${group} ]; then
    if [ "$COMP_CWORD" -eq 2 ]; then
      COMPREPLY=($(compgen -W '${groupWords(commands, group)}' -- "$cur")); return
    fi
    cmd="${group} \${COMP_WORDS[2]}"
  fi
`;
}

function lists(): string {
  const lines = Object.entries(LISTS).map(
    ([kind, list]) => `      ${kind}) COMPREPLY=($(compgen -W "$(${list})" -- "$cur")) ;;\n`,
  );
  return lines.join('');
}

function topWords(commands: readonly CalledCommand[]): string {
  const words = commands.map(({ words }) => words.split(' ')[0]!);
  return [...new Set(words)].join(' ');
}

function groupWords(commands: readonly CalledCommand[], group: string): string {
  const words = commands
    .map(({ words }) => words.split(' '))
    .filter(([first, second]) => first === group && second !== undefined);
  return words.map(([, second]) => second).join(' ');
}

function flags(commands: readonly CalledCommand[]): string {
  const lines = commands.map(
    ({ words, command }) =>
      `    '${words}') flags='${flagsOf(command).join(' ')}' args=${command.completion ?? ''} ;;\n`,
  );
  return lines.join('');
}

function values(commands: readonly CalledCommand[]): string {
  return commands
    .flatMap(({ words, command }) =>
      Object.entries(command.options).map(([name, option]) => value(words, name, option)),
    )
    .join('');
}

function value(words: string, name: string, option: OptionDefinition): string {
  const reply = valueReply(option);
  if (reply === undefined || option.hidden === true) return '';
  const patterns = [`'${words} --${name}'`, ...(option.short === undefined ? [] : [`'${words} -${option.short}'`])];
  return `    ${patterns.join('|')}) COMPREPLY=($(compgen ${reply} -- "$cur")); return ;;\n`;
}

function valueReply({ type, choices, completion }: OptionDefinition): string | undefined {
  if (type === 'bool') return undefined;
  if (choices !== undefined) return `-W '${choices.join(' ')}'`;
  if (completion === 'file') return '-f';
  if (completion === 'directory') return '-d';
  if (completion === 'signal') return `-W '${SIGNALS}'`;
  return isListed(completion) ? `-W "$(${LISTS[completion]})"` : "-W ''";
}
