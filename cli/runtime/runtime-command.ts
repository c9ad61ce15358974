import type { RuntimeWorld } from '../../runtime/runtime-world.ts';
import type { Output } from '../output.ts';
import type { Options, OptionValues } from '../parse/option.ts';

/** One command of `limpid-runtime`: its options, its arguments, and what it does. Answers the exit code. */
export interface RuntimeCommand<O extends Options = Options> {
  readonly synopsis: string;
  readonly usage: string;
  readonly options: O;
  readonly args: { readonly min: number; readonly max: number };
  /** Options end at the first argument. */
  readonly stopAtFirstArgument?: boolean;
  run(call: RuntimeCall<O>): number | Promise<number>;
}

export interface RuntimeCall<O extends Options = Options> {
  readonly world: RuntimeWorld;
  readonly options: OptionValues<O>;
  readonly args: readonly string[];
  readonly output: Output;
  /** The words that start this runtime again, global options included. */
  readonly self: readonly string[];
}

export function defineRuntimeCommand<const O extends Options>(command: RuntimeCommand<O>): RuntimeCommand<O> {
  return command;
}
