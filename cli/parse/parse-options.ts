import type { OptionDefinition, Options, OptionValues, ValueTypes } from './option.ts';
import { noSuchOption, optionError } from './option-error.ts';
import { suggest } from './suggest.ts';
import { parseValue } from './value.ts';

export interface ParsedOptions<O extends Options> {
  readonly options: OptionValues<O>;
  /** Each option that was given, with one text an occurrence, as typed: `-m 128m`. */
  readonly typed: Typed<O>;
  readonly args: readonly string[];
  /** `--help` was met; what follows it was not read. */
  readonly help: boolean;
}

export type Typed<O extends Options> = { readonly [N in keyof O]?: readonly string[] };

export interface ParseRules {
  /** The command, for errors: `limpid run`. */
  readonly command: string;
  /** Options end at the first argument, so that those of a container's own command are left alone. */
  readonly stopAtFirstArgument: boolean;
}

/**
 * Reads a command's words as pflag does: `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, clusters of
 * short options, and `--` for the end of all options. Throws EOPTION for what the table does not know.
 */
export function parseOptions<O extends Options>(
  table: O,
  words: readonly string[],
  rules: ParseRules,
  defaults: Readonly<Record<string, unknown>> = defaultsOf(table),
): ParsedOptions<O> {
  const reader = new OptionReader(table, words, rules);
  reader.read();
  return {
    options: { ...defaults, ...reader.values } as OptionValues<O>,
    typed: reader.typed as Typed<O>,
    args: reader.args,
    help: reader.help,
  };
}

/** What holds of each option that is not typed. */
export function defaultsOf(table: Options): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, { type, default: value }] of Object.entries(table)) {
    values[name] = value ?? (type === 'bool' ? false : type === 'array' || type === 'slice' ? [] : undefined);
  }
  return values;
}

type Named = readonly [name: string, option: OptionDefinition];

class OptionReader {
  readonly args: string[] = [];
  readonly values: Record<string, ValueTypes[keyof ValueTypes]> = {};
  readonly typed: Record<string, string[]> = {};
  help = false;
  #next = 0;

  readonly #table: Options;
  readonly #words: readonly string[];
  readonly #rules: ParseRules;

  constructor(table: Options, words: readonly string[], rules: ParseRules) {
    this.#table = table;
    this.#words = words;
    this.#rules = rules;
  }

  read(): void {
    while (this.#next < this.#words.length && !this.help) {
      const word = this.#words[this.#next++]!;
      if (word === '--') return this.#takeRest();
      if (!word.startsWith('-') || word === '-') {
        this.args.push(word);
        if (this.#rules.stopAtFirstArgument) return this.#takeRest();
      } else if (word.startsWith('--')) this.#readLong(word);
      else this.#readShort(word.slice(1), word);
    }
  }

  #takeRest(): void {
    this.args.push(...this.#words.slice(this.#next));
    this.#next = this.#words.length;
  }

  #readLong(word: string): void {
    const equals = word.indexOf('=');
    const name = word.slice(2, equals === -1 ? undefined : equals);
    const found = this.#findLong(name);
    if (found === undefined) {
      if (name === 'help') this.help = true;
      else throw this.#unknown(`--${name}`, `--${name}`);
    } else if (equals !== -1) this.#set(found, `--${name}`, word.slice(equals + 1));
    else this.#setFromNext(found, `--${name}`);
  }

  #readShort(letters: string, word: string): void {
    const [letter, rest] = [letters[0]!, letters.slice(1)];
    const found = this.#findShort(letter);
    if (found === undefined) {
      if (letter !== 'h') throw this.#unknown(`-${letter}`, word);
      this.help = true;
    } else if (rest.startsWith('=')) this.#set(found, `-${letter}`, rest.slice(1));
    else if (standsAlone(found[1])) {
      this.#set(found, `-${letter}`, undefined);
      if (rest !== '') this.#readShort(rest, word);
    } else if (rest !== '') this.#set(found, `-${letter}`, rest);
    else this.#setFromNext(found, `-${letter}`);
  }

  #setFromNext(found: Named, flag: string): void {
    if (standsAlone(found[1])) return this.#set(found, flag, undefined);
    const value = this.#words[this.#next++];
    if (value === undefined) throw optionError(`"${flag}"`, 'it needs a value', this.#seeHelp());
    this.#set(found, flag, value);
  }

  #set([name, option]: Named, flag: string, text: string | undefined): void {
    const value = text ?? option.alone ?? 'true';
    if (value === '' && option.noneWhenEmpty) {
      delete this.values[name];
      delete this.typed[name];
      return;
    }
    this.values[name] = parseValue(option, flag, value, this.values[name]);
    (this.typed[name] ??= []).push(text === undefined ? flag : describe(option, flag, text));
  }

  #findShort(letter: string): Named | undefined {
    for (const name in this.#table) if (this.#table[name]!.short === letter) return [name, this.#table[name]!];
    return undefined;
  }

  #findLong(name: string): Named | undefined {
    const option = Object.hasOwn(this.#table, name) ? this.#table[name] : undefined;
    if (option !== undefined) return [name, option];
    return Object.entries(this.#table).find(([, { aliases }]) => aliases?.includes(name) ?? false);
  }

  #unknown(flag: string, word: string): Error {
    const nearest = flag.startsWith('--') ? suggest(flag.slice(2), this.#visible()) : undefined;
    const hint = nearest === undefined ? this.#seeHelp() : `did you mean "--${nearest}"?`;
    const subject = flag === word ? JSON.stringify(flag) : `"${flag}" in ${JSON.stringify(word)}`;
    return noSuchOption(subject, this.#rules.command, hint);
  }

  #visible(): string[] {
    return [...Object.keys(this.#table).filter((name) => this.#table[name]!.hidden !== true), 'help'];
  }

  #seeHelp(): string {
    return `see "${this.#rules.command} --help"`;
  }
}

function standsAlone(option: OptionDefinition): boolean {
  return option.type === 'bool' || option.alone !== undefined;
}

function describe(option: OptionDefinition, flag: string, text: string): string {
  return standsAlone(option) ? `${flag}=${text}` : `${flag} ${quoteForShell(text)}`;
}

const PLAIN = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-';

function quoteForShell(text: string): string {
  let isPlain = text !== '';
  for (const character of text) if (!PLAIN.includes(character)) isPlain = false;
  return isPlain ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
