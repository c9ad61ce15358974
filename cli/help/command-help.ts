import type { CommandDefinition } from '../parse/command.ts';
import { describeOptions } from './option-help.ts';
import { wrapText } from './wrap.ts';

const WIDTH = 100;

/** The help of one command. */
export function describeCommand(command: CommandDefinition): string {
  const { name, synopsis, usage, description, options, examples } = command;
  const parts = [`${synopsis}\n`, `\nUsage:\n  limpid ${name} ${usage}\n`];
  if (description !== undefined) parts.push(`\n${wrapText(description, WIDTH).join('\n')}\n`);
  parts.push(`\n${examples.length === 1 ? 'Example' : 'Examples'}:\n`);
  for (const { line, says } of examples) parts.push(`  # ${says}\n  ${line}\n`);
  parts.push(describeOptions(options));
  return parts.join('');
}
