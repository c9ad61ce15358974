import { POLL_IN, POLL_OUT, readStream, writeStream } from '../../kernel/ip-socket.ts';
import type { PollLoop } from './poll-loop.ts';

/** Messages over TCP: each behind its length in two bytes (RFC 1035, 4.2.2). */
export class FramedStream {
  readonly #loop: PollLoop;
  readonly #fd: number;
  readonly #timeoutMs: number;
  readonly #take: (message: Uint8Array | 'end') => void;
  #in: Uint8Array = new Uint8Array(0);
  #out: Uint8Array = new Uint8Array(0);
  #isOpen = true;

  /** `take` gets each message, and in the end `end`, once: the stream is closed then, or was quiet for too long. */
  constructor(loop: PollLoop, fd: number, timeoutMs: number, take: (message: Uint8Array | 'end') => void) {
    this.#loop = loop;
    this.#fd = fd;
    this.#timeoutMs = timeoutMs;
    this.#take = take;
    this.#watch();
  }

  send(message: Uint8Array): void {
    if (!this.#isOpen) return;
    const framed = new Uint8Array(2 + message.length);
    new DataView(framed.buffer).setUint16(0, message.length);
    framed.set(message, 2);
    this.#out = Buffer.concat([this.#out, framed]);
    this.#watch();
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#loop.close(this.#fd);
  }

  #watch(): void {
    const events = POLL_IN | (this.#out.length > 0 ? POLL_OUT : 0);
    this.#loop.watch(this.#fd, events, () => this.#act(), { ms: this.#timeoutMs, expire: () => this.#end() });
  }

  #act(): void {
    if (this.#out.length > 0) {
      const sent = writeStream(this.#fd, this.#out);
      if (sent === 'end') return this.#end();
      this.#out = this.#out.subarray(sent);
    }
    const got = readStream(this.#fd);
    if (got === 'end') return this.#end();
    if (got !== undefined) this.#receive(got);
    if (this.#isOpen) this.#watch();
  }

  #receive(bytes: Uint8Array): void {
    this.#in = Buffer.concat([this.#in, bytes]);
    while (this.#in.length >= 2) {
      const length = (this.#in[0]! << 8) | this.#in[1]!;
      if (this.#in.length < 2 + length) return;
      const message = new Uint8Array(this.#in.subarray(2, 2 + length));
      this.#in = this.#in.subarray(2 + length);
      this.#take(message);
    }
  }

  #end(): void {
    if (!this.#isOpen) return;
    this.close();
    this.#take('end');
  }
}
