import { TimedOut } from './network-failure.ts';

/** A body's pieces, as they come, none of them waited for longer than so. */
export class PieceReader {
  readonly #reader: { read(): Promise<{ readonly value?: Uint8Array | undefined }>; cancel(): Promise<void> };
  readonly #stallTimeoutMs: number;
  /** One for all pieces: a timer and a race for each would take a tenth of a fast transfer's time. */
  readonly #timer: ReturnType<typeof setTimeout>;
  #isWaiting = false;
  #hasStalled = false;

  constructor(body: ReadableStream<Uint8Array>, stallTimeoutMs: number) {
    this.#reader = body.getReader();
    this.#stallTimeoutMs = stallTimeoutMs;
    this.#timer = setTimeout(() => this.#stall(), stallTimeoutMs);
    // While something is waited for, its socket keeps the process.
    this.#timer.unref();
  }

  /** The next piece, `undefined` at the end. Throws `TimedOut` where none comes in time, and what the network does. */
  async next(): Promise<Uint8Array | undefined> {
    this.#timer.refresh();
    this.#isWaiting = true;
    const { value } = await this.#reader.read().finally(() => (this.#isWaiting = false));
    if (this.#hasStalled) throw new TimedOut(`the transfer stalled: nothing came for ${this.#stallTimeoutMs / 1000} s`);
    if (value === undefined) clearTimeout(this.#timer);
    return value;
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#reader.cancel().catch(() => {});
  }

  /** Whoever reads may be slow as well: that is no stall. */
  #stall(): void {
    if (!this.#isWaiting) return;
    this.#hasStalled = true;
    // Ends the read that waits.
    this.cancel();
  }
}
