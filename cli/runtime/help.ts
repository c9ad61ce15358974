import type { Output } from '../output.ts';
import type { Options } from '../parse/option.ts';
import { RUNTIME_COMMANDS } from './commands/index.ts';
import { RUNTIME_GLOBAL_OPTIONS } from './global-options.ts';
import type { RuntimeCommand } from './runtime-command.ts';
import { table } from './table.ts';

export async function printHelp(output: Output, name?: string): Promise<number> {
  const load = name === undefined ? undefined : RUNTIME_COMMANDS[name];
  await output.out(load === undefined ? await overview() : commandHelp(name!, (await load()).command));
  return 0;
}

async function overview(): Promise<string> {
  const rows = Object.entries(RUNTIME_COMMANDS).map(async ([name, load]) => [
    `  ${name}`,
    (await load()).command.synopsis,
  ]);
  const commands = table(await Promise.all(rows));
  return `limpid-runtime: an OCI runtime\n\nUsage: limpid-runtime [global options] COMMAND [options] [ARG...]\n\nCommands:\n${commands}\nGlobal options:\n${optionTable(RUNTIME_GLOBAL_OPTIONS)}`;
}

function commandHelp(name: string, { synopsis, usage, options }: RuntimeCommand): string {
  const listed = Object.keys(options).length === 0 ? '' : `\nOptions:\n${optionTable(options)}`;
  return `${synopsis}\n\nUsage: limpid-runtime ${name} ${usage}\n${listed}`;
}

function optionTable(options: Options): string {
  return table(
    Object.entries(options).map(([name, { short, value, choices, help }]) => {
      const takes = value ?? choices?.join('|');
      return [
        `  ${short === undefined ? '    ' : `-${short}, `}--${name}${takes === undefined ? '' : ` ${takes}`}`,
        help,
      ];
    }),
  );
}
