import type { OptionDefinition, Options } from '../parse/option.ts';
import { wrapText } from './wrap.ts';

const WIDTH = 110;
const WIDEST_FLAG = 34;
export const UNGROUPED = 'Options';

/** The visible options under their headings, in the order in which headings first appear. */
export function optionGroups(options: Options): Map<string, [name: string, option: OptionDefinition][]> {
  const groups = new Map<string, [string, OptionDefinition][]>();
  for (const [name, option] of Object.entries(options)) {
    if (option.hidden === true) continue;
    const heading = option.group ?? UNGROUPED;
    groups.set(heading, [...(groups.get(heading) ?? []), [name, option]]);
  }
  return groups;
}

/** All options as the help shows them: headings, flags in one column, what they do in another. */
export function describeOptions(options: Options): string {
  return [...optionGroups(options)].map(([heading, entries]) => `\n${heading}:\n${describeGroup(entries)}`).join('');
}

function describeGroup(entries: readonly (readonly [string, OptionDefinition])[]): string {
  const flags = entries.map(([name, option]) => describeFlag(name, option));
  const column = Math.min(WIDEST_FLAG, Math.max(...flags.map((flag) => flag.length))) + 2;
  return entries.map(([, option], i) => describeOption(flags[i]!, option, column)).join('');
}

function describeOption(flag: string, option: OptionDefinition, column: number): string {
  const [first = '', ...more] = wrapText(describePurpose(option), WIDTH - column);
  const indent = ' '.repeat(column);
  const lead = flag.length + 2 > column ? `${flag}\n${indent}` : flag.padEnd(column);
  return `${[lead + first, ...more.map((line) => indent + line)].join('\n')}\n`;
}

function describeFlag(name: string, option: OptionDefinition): string {
  return `${option.short === undefined ? '      ' : `  -${option.short}, `}--${name}${valueOf(option)}`;
}

/** How the option's value is written behind its name, nothing for a switch. */
export function valueOf({ type, value, alone }: OptionDefinition): string {
  if (type === 'bool') return '';
  const word = value ?? type.toUpperCase();
  return alone === undefined ? ` ${word}` : `[=${word}]`;
}

/** What the option does, with its default where it has one that says something. */
export function describePurpose({ help, default: value, type }: OptionDefinition): string {
  const silent = value === undefined || value === false || value === '' || value === -1 || value === 0;
  return silent ? help : `${help} (default ${type === 'bytes' ? `${(value as number) / 1048576}m` : String(value)})`;
}
