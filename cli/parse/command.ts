import type { GlobalOptions } from '../commands/global-options.ts';
import type { Output } from '../output.ts';
import type { Completion, Options, OptionValues } from './option.ts';
import type { Typed } from './parse-options.ts';

/** One command as data: the parser, the help, the man page and the shell completions are made from it. */
export interface CommandDefinition<O extends Options = Options> {
  /** Its words, `run` or `container prune`. */
  readonly name: string;
  /** Heading in the list of commands. */
  readonly group: CommandGroup;
  /** One line without a full stop. */
  readonly synopsis: string;
  readonly description?: string;
  /** Behind the name: `[options] IMAGE [COMMAND [ARG...]]`. */
  readonly usage: string;
  readonly arity: Arity;
  /** Options end at the first argument (run, create, exec). */
  readonly stopAtFirstArgument?: boolean;
  readonly options: O;
  readonly examples: readonly Example[];
  /** What shell completion offers for arguments. */
  readonly completion?: Completion;
  /** Called by limpid itself: left out of help, manual and completion. */
  readonly hidden?: boolean;
}

export type CommandGroup =
  | 'Run containers'
  | 'Look at them'
  | 'Change them'
  | 'Images'
  | 'Networks'
  | 'Volumes'
  | 'About limpid';

export interface Example {
  readonly line: string;
  readonly says: string;
}

/** How many arguments a command takes. */
export interface Arity {
  readonly min: number;
  readonly max?: number;
  /** What is missing when there are fewer: `a container`. */
  readonly what: string;
  /** Options that stand for arguments (`--all`, `--latest`), with the counts that hold when they are given. */
  readonly instead?: Readonly<Record<string, { readonly min: number; readonly max?: number }>>;
}

/** The part of a command that reading its words needs. */
export interface CommandWords extends Required<Pick<CommandDefinition, 'arity' | 'stopAtFirstArgument' | 'options'>> {
  /** What holds of each option that is not typed. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

/** What a handler is called with. */
export interface Invocation<O extends Options = Options> {
  /** The command as called: `limpid container run`. */
  readonly command: string;
  readonly options: OptionValues<O>;
  readonly typed: Typed<O>;
  readonly args: readonly string[];
  /** All that was typed behind the command. */
  readonly words: readonly string[];
  readonly globals: OptionValues<GlobalOptions>;
  readonly output: Output;
}

/** What a module of `cli/handlers/` exports as `handle`; answers the exit code. */
export type Handler<O extends Options> = (invocation: Invocation<O>) => number | Promise<number>;

export function defineCommand<const O extends Options>(command: CommandDefinition<O>): CommandDefinition<O> {
  return command;
}
