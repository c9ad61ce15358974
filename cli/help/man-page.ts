import { loadCommands, COMMANDS } from '../commands/index.ts';
import { GLOBAL_OPTIONS } from '../commands/global-options.ts';
import { findCommand } from '../find-command.ts';
import type { CommandDefinition } from '../parse/command.ts';
import type { OptionDefinition, Options } from '../parse/option.ts';
import { describePurpose, optionGroups, UNGROUPED, valueOf } from './option-help.ts';

/** The man page (roff, man(7)) of a command, or of the program where no words name one. */
export async function describeManPage(words: readonly string[]): Promise<string> {
  if (words.length === 0) return programPage(await loadCommands());
  const { name } = findCommand(words);
  return commandPage((await COMMANDS[name]!()).command);
}

/** One command's page, `limpid-run(1)`. */
export function commandPage({ name, synopsis, usage, description, options, examples }: CommandDefinition): string {
  return [
    heading(`limpid-${name.replaceAll(' ', '-')}`),
    `.SH NAME\nlimpid-${escape(name.replaceAll(' ', '-'))} \\- ${escape(synopsis)}\n`,
    `.SH SYNOPSIS\n.B limpid ${escape(name)}\n${escape(usage)}\n`,
    description === undefined ? '' : `.SH DESCRIPTION\n${escape(description)}\n`,
    optionSections(options),
    `.SH EXAMPLES\n${examples.map(({ line, says }) => `.TP\n.B ${escape(line)}\n${escape(says)}\n`).join('')}`,
    '.SH SEE ALSO\n.BR limpid (1)\n',
  ].join('');
}

/** The program's page, `limpid(1)`. */
export function programPage(commands: readonly CommandDefinition[]): string {
  const entries = commands.map(
    ({ name, synopsis }) => `.TP\n.BR limpid\\-${escape(name.replaceAll(' ', '-'))} (1)\n${escape(synopsis)}\n`,
  );
  return [
    heading('limpid'),
    '.SH NAME\nlimpid \\- containers that you can see through, without a daemon\n',
    '.SH SYNOPSIS\n.B limpid\n[options] COMMAND\n',
    optionSections(GLOBAL_OPTIONS),
    `.SH COMMANDS\n${entries.join('')}`,
  ].join('');
}

function heading(title: string): string {
  return `.TH ${title.toUpperCase()} 1 "" "limpid" "User Commands"\n`;
}

function optionSections(options: Options): string {
  const sections = [...optionGroups(options)].map(([name, entries]) => {
    const subheading = name === UNGROUPED ? '' : `.SS ${name}\n`;
    return subheading + entries.map(([option, definition]) => optionEntry(option, definition)).join('');
  });
  return sections.length === 0 ? '' : `.SH OPTIONS\n${sections.join('')}`;
}

function optionEntry(name: string, option: OptionDefinition): string {
  const short = option.short === undefined ? '' : `\\fB\\-${option.short}\\fR, `;
  const value = valueOf(option);
  return `.TP\n${short}\\fB\\-\\-${escape(name)}\\fR${escape(value)}\n${escape(describePurpose(option))}\n`;
}

// A line that begins with a dot or an apostrophe would be a request to roff.
function escape(text: string): string {
  return text.replaceAll('\\', '\\e').replaceAll('-', '\\-').replace(/^[.']/, '\\&$&');
}
