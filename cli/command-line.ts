import { EXIT_ENGINE_FAILED, LimpidError } from '../base/error.ts';
import { startTrace } from '../base/trace.ts';
import { GLOBAL_OPTIONS, type GlobalOptions } from './commands/global-options.ts';
import { COMMANDS, GROUPS } from './commands/index.ts';
import { findCommand } from './find-command.ts';
import { loadHandler } from './handlers/index.ts';
import type { Output } from './output.ts';
import { checkArity } from './parse/arity.ts';
import { type ParsedOptions, parseOptions } from './parse/parse-options.ts';

/** `--log-level` of those who want to see what happens: as LIMPID_TRACE=1. */
const TRACING_LEVELS: ReadonlySet<string> = new Set(['debug', 'trace']);
// What a shell reports for a program that wrote into a closed pipe: 128 + SIGPIPE.
const EXIT_BROKEN_PIPE = 141;

/** Carries out one command line, without the program's name, and answers the exit code. Prints errors as one line. */
export async function runCommandLine(words: readonly string[], output: Output): Promise<number> {
  try {
    const globals = parseOptions(GLOBAL_OPTIONS, words, { command: 'limpid', stopAtFirstArgument: true });
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
  // Both files are read at once: waiting for one after the other costs a start its milliseconds.
  const handler = loadHandler(name);
  handler.catch(() => {});
  const { command } = await COMMANDS[name]!();
  const parsed = parseOptions(command.options, rest, {
    command: called,
    stopAtFirstArgument: command.stopAtFirstArgument ?? false,
  });
  if (parsed.help) return showHelp([name], output);
  checkArity(called, command.arity, parsed.args, Object.keys(parsed.typed));
  const { options, typed, args } = parsed;
  return (await handler)({ command: called, options, typed, args, globals: globals.options, output });
}

function asksForGroup([first = '', second]: readonly string[]): boolean {
  return Object.hasOwn(GROUPS, first) && (second === '--help' || second === '-h');
}

async function showHelp(words: readonly string[], output: Output): Promise<number> {
  const { describeHelp } = await import('./help/help.ts');
  await output.out(await describeHelp(words));
  return 0;
}

async function reportError(error: unknown, output: Output): Promise<number> {
  if (isBrokenPipe(error)) return EXIT_BROKEN_PIPE;
  if (error instanceof LimpidError) {
    await output.err(`Error: ${error.message}\n`);
    return error.exitCode;
  }
  // A defect of ours: the trace is what a report needs.
  await output.err(
    `Error: limpid failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  return EXIT_ENGINE_FAILED;
}

function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && (error as { code?: unknown }).code === 'EPIPE';
}
