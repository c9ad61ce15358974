import { LimpidError } from '../../base/error.ts';
import { TarReader } from '../../abi/tar/reader.ts';
import type { TarSink } from '../../abi/tar/entry.ts';
import type { Digest } from '../../spec/image.ts';
import { hasherFor } from './blob-intake.ts';
import { compressionOf, decompressor, MAGIC_BYTES, type Decompressor } from './decompress.ts';
import type { Budget } from './budget.ts';

/** Whether the sink is behind. */
export type Settle = () => Promise<void> | undefined;

const NOTHING: TarSink = { entry: () => undefined, data: () => undefined, end: () => undefined };

/** Takes a compressed layer as it comes, and hands what is in its archive to a sink; checks that it is the layer asked for. */
export class ArchiveIntake {
  readonly #diffId: Digest;
  readonly #hash: Bun.CryptoHasher;
  readonly #reader: TarReader;
  readonly #budget: Budget;
  readonly #settle: Settle;
  #head: Uint8Array = new Uint8Array(0);
  #decompressor: Decompressor | undefined;

  /** `settle` is waited for before more is decompressed, where it answers a promise. */
  constructor(diffId: Digest, budget: Budget, sink: TarSink = NOTHING, settle: Settle = () => undefined) {
    this.#settle = settle;
    this.#diffId = diffId;
    this.#hash = hasherFor(diffId);
    this.#budget = budget;
    this.#reader = new TarReader(sink);
  }

  async take(bytes: Uint8Array): Promise<void> {
    if (this.#decompressor !== undefined) return this.#decompressor.write(bytes);
    this.#head = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes]);
    if (this.#head.length >= MAGIC_BYTES) await this.#begin();
  }

  /** Behind the last byte: throws `EDIFFID` where the archive is not the one that the image's config names. */
  async end(): Promise<void> {
    if (this.#decompressor === undefined) await this.#begin();
    await this.#decompressor!.end();
    this.#reader.end();
    const got = `${this.#diffId.slice(0, this.#diffId.indexOf(':'))}:${this.#hash.digest('hex')}`;
    if (got === this.#diffId) return;
    const why = `uncompressed it is ${got}, and the image's config says ${this.#diffId}`;
    throw new LimpidError({ code: 'EDIFFID', doing: 'unpack', subject: 'a layer', why });
  }

  destroy(): void {
    this.#decompressor?.destroy();
  }

  async #begin(): Promise<void> {
    this.#decompressor = await decompressor(compressionOf(this.#head), (bytes) => this.#archive(bytes));
    await this.#decompressor.write(this.#head);
  }

  #archive(bytes: Uint8Array): Promise<void> | undefined {
    this.#budget.spend(bytes.length);
    this.#hash.update(bytes);
    this.#reader.push(bytes);
    return this.#settle();
  }
}
