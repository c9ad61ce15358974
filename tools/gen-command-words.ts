/**
 * Writes cli/command-words.gen.ts from cli/commands/: what reading a command line needs of each command, without help
 * texts, as JSON. To make the tables of options as objects costs a start a millisecond, to parse them a tenth of one.
 */
import { GLOBAL_OPTIONS } from '../cli/commands/global-options.ts';
import { COMMANDS, GROUPS } from '../cli/commands/index.ts';
import type { CommandWords } from '../cli/parse/command.ts';
import type { OptionDefinition, Options } from '../cli/parse/option.ts';
import { defaultsOf } from '../cli/parse/parse-options.ts';

const KEPT: readonly (keyof OptionDefinition)[] = [
  'type',
  'short',
  'aliases',
  'default',
  'alone',
  'choices',
  'noneWhenEmpty',
  'hidden',
];

function wordsOf(options: Options): Pick<CommandWords, 'options' | 'defaults'> {
  const kept = Object.entries(options).map(([name, option]) => [
    name,
    Object.fromEntries(KEPT.filter((key) => option[key] !== undefined).map((key) => [key, option[key]])),
  ]);
  return { options: Object.fromEntries(kept) as Options, defaults: defaultsOf(options) };
}

const literal = (value: unknown) => `'${JSON.stringify(value).replace(/[\\']/g, String.raw`\$&`)}'`;
const words: string[] = [];
const handlers: string[] = [];
for (const [name, load] of Object.entries(COMMANDS)) {
  const { arity, stopAtFirstArgument = false, options } = (await load()).command;
  words.push(`  '${name}': ${literal({ arity, stopAtFirstArgument, ...wordsOf(options) } satisfies CommandWords)},`);
  handlers.push(`    case '${name}':\n      return import('./handlers/${name.replaceAll(' ', '-')}.ts');`);
}

const text = `// Made by tools/gen-command-words.ts from cli/commands/. Do not edit.
import type { Handler } from './parse/command.ts';

/** CommandWords as JSON, by the command's name. */
export const COMMAND_WORDS: Readonly<Record<string, string>> = {
${words.join('\n')}
};

/** The words of the options before the command. */
export const GLOBAL_WORDS = ${literal(wordsOf(GLOBAL_OPTIONS))};

/** What each word behind a group's name stands for: GROUPS as JSON. */
export const GROUP_WORDS = ${literal(GROUPS)};

/** The module that carries a command out. */
export function importHandler(name: string): Promise<{ readonly handle: Handler<never> }> {
  switch (name) {
${handlers.join('\n')}
    default:
      throw new RangeError(\`there is no command "\${name}"\`);
  }
}
`;
await Bun.write(new URL('../cli/command-words.gen.ts', import.meta.url), text);
