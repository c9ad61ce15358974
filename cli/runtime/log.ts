import { appendFile } from '../../runtime/append-file.ts';
import type { Output } from '../output.ts';

export type LogLevel = 'error' | 'warning';

/** `--log-level`: only failures, where less than a warning is not wanted. */
const ERRORS_ONLY: ReadonlySet<string> = new Set(['error', 'fatal', 'panic']);

/** Where a runtime's failures go: to stderr, and to the file of `--log` in the form that callers parse. */
export class RuntimeLog {
  readonly #path: string | undefined;
  readonly #json: boolean;
  readonly #output: Output;

  readonly #errorsOnly: boolean;

  constructor(output: Output, path: string | undefined, format: string, level: string) {
    this.#errorsOnly = ERRORS_ONLY.has(level);
    this.#output = output;
    this.#path = path === '' ? undefined : path;
    this.#json = format === 'json';
  }

  async say(level: LogLevel, message: string): Promise<void> {
    if (level === 'warning' && this.#errorsOnly) return;
    if (this.#path !== undefined) appendFile(this.#path, `${this.#line(level, message)}\n`);
    // A warning in the file is enough, as what is on stderr may be the container's.
    if (level === 'error') await this.#output.err(`${message}\n`);
    else if (this.#path === undefined) await this.#output.err(`${this.#line(level, message)}\n`);
  }

  #line(level: LogLevel, message: string): string {
    const time = new Date().toISOString();
    if (this.#json) return JSON.stringify({ level, msg: message, time });
    return `time=${JSON.stringify(time)} level=${level} msg=${JSON.stringify(message)}`;
  }
}
