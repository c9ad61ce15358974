import { LimpidError } from '../../base/error.ts';
import { tracePhase } from '../../base/trace.ts';
import { runsAsRoot, RuntimeWorld } from '../../runtime/runtime-world.ts';
import type { Output } from '../output.ts';
import { optionError } from '../parse/option-error.ts';
import { parseOptions, type ParsedOptions } from '../parse/parse-options.ts';
import { suggest } from '../parse/suggest.ts';
import { absolutePath } from './bundle-options.ts';
import { RUNTIME_COMMANDS } from './commands/index.ts';
import { RUNTIME_GLOBAL_OPTIONS, type RuntimeGlobalOptions } from './global-options.ts';
import { RuntimeLog } from './log.ts';
import type { RuntimeCommand } from './runtime-command.ts';

const EXIT_FAILED = 1;

type Globals = ParsedOptions<RuntimeGlobalOptions>['options'];

/** Carries out one command line of the runtime, without its name. Answers the exit code; failures are logged. */
export async function runRuntime(words: readonly string[], self: readonly string[], output: Output): Promise<number> {
  let log: RuntimeLog | undefined;
  try {
    const parsed = parseOptions(RUNTIME_GLOBAL_OPTIONS, words, {
      command: 'limpid-runtime',
      stopAtFirstArgument: true,
    });
    const { options, args, help } = parsed;
    log = new RuntimeLog(output, options.log, options['log-format'], options.debug ? 'debug' : options['log-level']);
    if (options.version) return await (await import('./version.ts')).printVersion(output);
    if (help || args.length === 0 || args[0] === 'help')
      return await (await import('./help.ts')).printHelp(output, args[1]);
    const globalWords = words.slice(0, words.length - args.length);
    return await runCommand(args, options, { log, output, self: [...self, ...globalWords] });
  } catch (error) {
    await (log ?? new RuntimeLog(output, undefined, 'text', 'warning')).say(
      'error',
      error instanceof LimpidError
        ? error.message
        : `limpid-runtime failed: ${(error as Error).stack ?? String(error)}`,
    );
    return EXIT_FAILED;
  }
}

interface Surroundings {
  readonly log: RuntimeLog;
  readonly output: Output;
  readonly self: readonly string[];
}

async function runCommand(
  [name = '', ...rest]: readonly string[],
  globals: Globals,
  { log, output, self }: Surroundings,
): Promise<number> {
  const command = await loadCommand(name);
  const { options, args, help } = parseOptions(command.options, rest, {
    command: `limpid-runtime ${name}`,
    stopAtFirstArgument: command.stopAtFirstArgument ?? false,
  });
  if (help) return (await import('./help.ts')).printHelp(output, name);
  if (args.length < command.args.min || args.length > command.args.max) {
    const why =
      args.length < command.args.min
        ? 'an argument is missing'
        : `"${args[command.args.max]}" is one argument too many`;
    throw optionError(`"limpid-runtime ${name}"`, why, `usage: limpid-runtime ${name} ${command.usage}`);
  }
  const warnings: Promise<void>[] = [];
  const world = worldOf(globals, (message) => void warnings.push(log.say('warning', message)));
  tracePhase('command line parsed');
  const code = await command.run({ world, options, args, output, self });
  await Promise.all(warnings);
  return code;
}

async function loadCommand(name: string): Promise<RuntimeCommand> {
  const load = Object.hasOwn(RUNTIME_COMMANDS, name) ? RUNTIME_COMMANDS[name] : undefined;
  if (load !== undefined) return (await load()).command;
  const nearest = suggest(name, Object.keys(RUNTIME_COMMANDS));
  const hint = nearest === undefined ? 'see "limpid-runtime --help"' : `did you mean "limpid-runtime ${nearest}"?`;
  throw optionError(JSON.stringify(`limpid-runtime ${name}`), 'there is no such command', hint);
}

function isRootless({ rootless }: Globals): boolean {
  return rootless === 'true' || (rootless === 'auto' && !runsAsRoot());
}

function worldOf(globals: Globals, warn: (message: string) => void): RuntimeWorld {
  const manager = globals['cgroup-manager'];
  return new RuntimeWorld({
    ...(globals.root === undefined ? {} : { root: absolutePath(globals.root) }),
    cgroups: globals['systemd-cgroup'] ? 'systemd' : (manager ?? (isRootless(globals) ? 'disabled' : 'cgroupfs')),
    warn,
  });
}
