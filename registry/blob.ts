import { LimpidError } from '../base/error.ts';
import type { Descriptor } from '../spec/image.ts';
import { failure, type Errand } from './errand.ts';
import { PieceReader } from './http/piece-reader.ts';
import type { Connection } from './http/connection.ts';
import { delayBefore } from './http/delay.ts';
import { BrokenOff, networkTrouble, troubleFailure } from './http/network-failure.ts';
import { pullScope } from './manifest.ts';

/**
 * A blob's bytes, as many as its descriptor says. A transfer that breaks or stalls goes on where it was (Range); after as
 * many tries without a byte as pacing allows it fails: `ETRANSFER`, `ETIMEDOUT`. Throws `ESIZE` for another length.
 */
export async function openBlob(
  connection: Connection,
  descriptor: Descriptor,
  errand: Errand,
): Promise<ReadableStream<Uint8Array>> {
  const transfer = new BlobTransfer(connection, descriptor, errand);
  await transfer.open();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const piece = await transfer.next();
        if (piece === undefined) controller.close();
        else controller.enqueue(piece);
      },
      cancel: () => transfer.cancel(),
    },
    // Whoever reads sets the pace.
    { highWaterMark: 0 },
  );
}

class BlobTransfer {
  readonly #connection: Connection;
  readonly #descriptor: Descriptor;
  readonly #errand: Errand;
  #reader: PieceReader | undefined;
  #received = 0;
  /** Bytes that a server sent again, as it knows no ranges. */
  #toSkip = 0;
  /** Tries since the last byte that was new. */
  #attempts = 0;
  #host: string;

  constructor(connection: Connection, descriptor: Descriptor, errand: Errand) {
    this.#connection = connection;
    this.#descriptor = descriptor;
    this.#errand = errand;
    this.#host = connection.endpoint.registry;
  }

  async open(): Promise<void> {
    const { endpoint } = this.#connection;
    const { digest, size } = this.#descriptor;
    const isRest = this.#received > 0;
    const { response, url } = await this.#connection.send({
      method: 'GET',
      target: `/v2/${endpoint.repository}/blobs/${digest}`,
      headers: isRest ? { range: `bytes=${this.#received}-` } : {},
      scopes: [pullScope(endpoint.repository)],
      errand: this.#errand,
      expect: isRest ? [200, 206, 404] : [200, 404],
    });
    this.#host = url.host;
    if (response.status === 404) {
      await response.body?.cancel();
      throw failure('ENOBLOB', this.#errand, `"${url.host}" does not have ${digest}`);
    }
    this.#toSkip = response.status === 206 ? 0 : this.#received;
    const complaint = response.status === 206 ? this.#rangeFault(response) : lengthFault(response, size);
    if (complaint !== undefined) {
      await response.body?.cancel();
      throw failure('ESIZE', this.#errand, `"${url.host}" sends ${complaint}`);
    }
    this.#reader =
      response.body === null ? undefined : new PieceReader(response.body, this.#connection.pacing.stallTimeoutMs);
  }

  async next(): Promise<Uint8Array | undefined> {
    const { size } = this.#descriptor;
    for (;;) {
      const piece = await this.#read();
      if (piece === 'again') continue;
      const fresh = this.#unskipped(piece);
      if (fresh.length === 0 && this.#received < size) continue;
      this.#received += fresh.length;
      this.#attempts = 0;
      if (this.#received > size) {
        this.cancel();
        throw failure('ESIZE', this.#errand, `"${this.#host}" sends more than the ${size} bytes that were expected`);
      }
      if (fresh.length > 0) return fresh;
      return undefined;
    }
  }

  cancel(): void {
    this.#reader?.cancel();
  }

  async #read(): Promise<Uint8Array | 'again'> {
    const { size } = this.#descriptor;
    try {
      if (this.#reader === undefined) await this.open();
      const piece = await this.#reader?.next();
      if (piece !== undefined) return piece;
      if (this.#received >= size) return new Uint8Array();
      throw new BrokenOff(`it ended after ${this.#received} of ${size} bytes`);
    } catch (error) {
      if (error instanceof LimpidError) throw error;
      await this.#recover(error);
      return 'again';
    }
  }

  async #recover(error: unknown): Promise<void> {
    const { pacing } = this.#connection;
    this.#reader = undefined;
    this.#attempts++;
    const trouble = networkTrouble(error, this.#host);
    const why = `${trouble.why} (${this.#received} of ${this.#descriptor.size} bytes had come)`;
    if (this.#attempts >= pacing.tries) throw troubleFailure(this.#errand, { ...trouble, why }, error);
    await this.#connection.pause(why, delayBefore(this.#attempts + 1, null, pacing, 0, Math.random())!);
  }

  #unskipped(piece: Uint8Array): Uint8Array {
    const skipped = Math.min(this.#toSkip, piece.length);
    this.#toSkip -= skipped;
    return skipped === 0 ? piece : piece.subarray(skipped);
  }

  #rangeFault(response: Response): string | undefined {
    const { size } = this.#descriptor;
    const header = response.headers.get('content-range') ?? '';
    const expected = `bytes ${this.#received}-${size - 1}/${size}`;
    const fits = header === expected || header === `bytes ${this.#received}-${size - 1}/*`;
    return fits ? undefined : `the range "${header}", expected "${expected}"`;
  }
}

function lengthFault(response: Response, size: number): string | undefined {
  const length = response.headers.get('content-length');
  return length === null || Number(length) === size ? undefined : `${length} bytes, expected ${size}`;
}
