import type { Caller } from '../../engine/caller.ts';
import type { Typed } from '../parse/parse-options.ts';
import type { CreateOptions, CreateValues } from './options.ts';

/** What a config depends on besides the command line; passed in, so that the translation stays pure. */
export interface HostInputs extends Caller {
  readonly id: string;
  /** The name where none is given. */
  readonly defaultName: string;
  /** RFC 3339 with nanoseconds. */
  readonly now: string;
}

type OptionName = keyof CreateOptions;

/** One `run` or `create` as asked: the values, the host, and the record of which flag asks for which field. */
export class CreateRequest {
  readonly options: CreateValues;
  readonly typed: Typed<CreateOptions>;
  readonly host: HostInputs;
  readonly reasons: Record<string, string> = {};

  constructor(options: CreateValues, typed: Typed<CreateOptions>, host: HostInputs) {
    this.options = options;
    this.typed = typed;
    this.host = host;
  }

  given(name: OptionName): boolean {
    return this.typed[name] !== undefined;
  }

  /** The flags as typed, for a reason or an error: `-m 128m`. */
  flag(name: OptionName): string {
    return this.typed[name]?.join(' ') ?? `--${name}`;
  }

  /** Records that `field` of the runtime spec is as it is because of these options, as far as they were given. */
  because(field: string, ...names: readonly OptionName[]): void {
    const flags = names.filter((name) => this.given(name)).map((name) => this.flag(name));
    if (flags.length > 0) this.reasons[field] = flags.join(' ');
  }

  /** Records a reason in other words, such as a default. */
  note(field: string, reason: string): void {
    this.reasons[field] = reason;
  }

  hostPath(path: string): string {
    return cleanPath(path.startsWith('/') ? path : `${this.host.workingDirectory}/${path}`);
  }
}

/** An absolute path without empty, `.` and `..` parts, as Go's filepath.Clean. */
export function cleanPath(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
