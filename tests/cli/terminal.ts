import { until } from './until.ts';

/** A program on a pseudo-terminal of 80 columns by 24 rows, as a person sits at it. */
export class Terminal {
  readonly #child: Bun.Subprocess;
  readonly #terminal: Bun.Terminal;
  readonly #decoder = new TextDecoder();
  #screen = '';
  /** Where in the screen the next `sees` begins to look. */
  #read = 0;

  constructor(command: readonly string[], { rows = 24, cols = 80 } = {}) {
    const data = (_: unknown, bytes: Uint8Array) => {
      this.#screen += this.#decoder.decode(bytes, { stream: true });
    };
    // With a terminal made beforehand, Bun would not make it the controlling one.
    this.#child = Bun.spawn([...command], { terminal: { cols, rows, data } });
    this.#terminal = this.#child.terminal!;
  }

  get screen(): string {
    return this.#screen;
  }

  get pid(): number {
    return this.#child.pid;
  }

  get exited(): Promise<number> {
    return this.#child.exited;
  }

  /** Waits for a text behind all that was waited for before. */
  async sees(text: string | RegExp): Promise<RegExpMatchArray> {
    const pattern = typeof text === 'string' ? new RegExp(RegExp.escape(text)) : text;
    const match = await until(`${pattern} on the terminal`, () => {
      return this.#screen.slice(this.#read).match(pattern) ?? { butSaw: JSON.stringify(this.#screen) };
    });
    if (!Array.isArray(match)) throw new Error('unreachable');
    this.#read += match.index! + match[0].length;
    return match;
  }

  types(text: string): void {
    this.#terminal.write(text);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
  }

  /** Line editing, echo and signals of the terminal: off while a raw client has it. */
  get isRaw(): boolean {
    const ECHO = 0o10;
    return (this.#terminal.localFlags & ECHO) === 0;
  }

  close(): void {
    this.#terminal.close();
  }
}
