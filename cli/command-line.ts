import { EXIT_ENGINE_FAILED, LimpidError } from '../base/error.ts';
import { startTrace } from '../base/trace.ts';
import { COMMAND_WORDS, GLOBAL_WORDS, importHandler } from './command-words.gen.ts';
import type { GlobalOptions } from './commands/global-options.ts';
import { findCommand, isGroup } from './find-command.ts';
import type { Output } from './output.ts';
import { checkArity } from './parse/arity.ts';
import type { CommandWords, Invocation } from './parse/command.ts';
import { type ParsedOptions, parseOptions } from './parse/parse-options.ts';

/** `--log-level` of those who want to see what happens: as LIMPID_TRACE=1. */
const TRACING_LEVELS: ReadonlySet<string> = new Set(['debug', 'trace']);
// What a shell reports for a program that wrote into a closed pipe: 128 + SIGPIPE.
const EXIT_BROKEN_PIPE = 141;

/** Carries out one command line, without the program's name, and answers the exit code. Prints errors as one line. */
export async function runCommandLine(words: readonly string[], output: Output): Promise<number> {
  try {
    const { options, defaults } = JSON.parse(GLOBAL_WORDS) as CommandWords & { readonly options: GlobalOptions };
    const globals = parseOptions(options, words, { command: 'limpid', stopAtFirstArgument: true }, defaults);
    if (globals.options.version)
      return await runCommand(['version', '--format', 'limpid version {{.Client.Version}}'], globals, output);
    if (globals.help) return await showHelp([], output);
    if (globals.args.length === 0) {
      await showHelp([], output);
      return EXIT_ENGINE_FAILED;
    }
    return await runCommand(globals.args, globals, output);
  } catch (error) {
    return await reportError(error, output);
  }
}

async function runCommand(
  words: readonly string[],
  globals: ParsedOptions<GlobalOptions>,
  output: Output,
): Promise<number> {
  if (TRACING_LEVELS.has(globals.options['log-level'])) startTrace();
  if (asksForGroup(words)) return showHelp([words[0]!], output);
  const { name, called, rest } = findCommand(words);
  const command = JSON.parse(COMMAND_WORDS[name]!) as CommandWords;
  const { stopAtFirstArgument, defaults } = command;
  const parsed = parseOptions(command.options, rest, { command: called, stopAtFirstArgument }, defaults);
  if (parsed.help) return showHelp([name], output);
  checkArity(called, command.arity, parsed.args, Object.keys(parsed.typed));
  const { options, typed, args } = parsed;
  const { handle } = await importHandler(name);
  const invocation: Invocation = {
    command: called,
    options,
    typed,
    args,
    words: rest,
    globals: globals.options,
    output,
  };
  return handle(invocation as never);
}

function asksForGroup([first = '', second]: readonly string[]): boolean {
  return (second === '--help' || second === '-h') && isGroup(first);
}

async function showHelp(words: readonly string[], output: Output): Promise<number> {
  const { describeHelp } = await import('./help/help.ts');
  await output.out(await describeHelp(words));
  return 0;
}

async function reportError(error: unknown, output: Output): Promise<number> {
  if (isBrokenPipe(error)) return EXIT_BROKEN_PIPE;
  if (error instanceof LimpidError) {
    await tell(output, `Error: ${(await betterKnown(error)).message}\n`);
    return error.exitCode;
  }
  // A defect of ours: the trace is what a report needs.
  await tell(
    output,
    `Error: limpid failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT_ENGINE_FAILED;
}

/** Where nobody hears it, the exit code is all that is left to say. */
async function tell(output: Output, text: string): Promise<void> {
  try {
    await output.err(text);
  } catch {}
}

async function betterKnown(error: LimpidError): Promise<LimpidError> {
  if (error.code !== 'ENOOPTION' && error.code !== 'ECOMMAND') return error;
  const { knownElsewhere } = await import('./known-elsewhere.ts');
  return knownElsewhere(error) ?? error;
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === 'EPIPE';
}
