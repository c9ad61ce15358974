/**
 * What an option's text becomes. `array` keeps every occurrence as typed (pflag's stringArray), `slice` also splits each at
 * commas as a line of CSV (stringSlice); `bytes` are read as `128m`, `duration` as Go's `1m30s` in milliseconds.
 */
export interface ValueTypes {
  readonly bool: boolean;
  readonly string: string;
  readonly array: readonly string[];
  readonly slice: readonly string[];
  readonly int: number;
  readonly uint: number;
  readonly float: number;
  readonly bytes: number;
  readonly duration: number;
}

export type OptionType = keyof ValueTypes;

/** Where shell completion finds values. */
export type Completion = 'container' | 'image' | 'file' | 'directory' | 'signal' | 'user';

export interface OptionDefinition {
  readonly type: OptionType;
  readonly help: string;
  readonly short?: string;
  /** Other long names of the same option, accepted and not shown. */
  readonly aliases?: readonly string[];
  readonly default?: boolean | string | number;
  /** How the help calls the value: `PATH`, `NUMBER[UNIT]`. */
  readonly value?: string;
  /** The value of the option when it stands alone (pflag's NoOptDefVal); it then takes a value only behind `=`. */
  readonly alone?: string;
  readonly choices?: readonly string[];
  /** An empty value is as good as none, as scripts write it: `--user "$USER"`. */
  readonly noneWhenEmpty?: boolean;
  readonly completion?: Completion;
  readonly hidden?: boolean;
  /** Heading in the help. */
  readonly group?: string;
}

/** The options of a command by their long names, without the dashes. */
export type Options = Readonly<Record<string, OptionDefinition>>;

type ValueOf<O extends OptionDefinition> = O extends { readonly type: 'bool' | 'array' | 'slice' }
  ? ValueTypes[O['type']]
  : O extends { readonly default: string | number }
    ? Scalar<O>
    : Scalar<O> | undefined;

type Scalar<O extends OptionDefinition> = O extends { readonly choices: readonly (infer C)[] }
  ? C
  : ValueTypes[O['type']];

export type OptionValues<O extends Options> = { readonly [N in keyof O]: ValueOf<O[N]> };

/** Keeps the exact types of a table of options, so that the parsed values are typed too. */
export function defineOptions<const O extends Options>(options: O): O {
  return options;
}

/** The same table with every option under one heading of the help. */
export function groupOptions<const O extends Options>(group: string, options: O): O {
  const grouped: Record<string, OptionDefinition> = {};
  for (const name in options) grouped[name] = { group, ...options[name]! };
  return grouped as O;
}
