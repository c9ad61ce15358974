import { LimpidError } from '../../base/error.ts';
import { showName } from '../../abi/tar/tar-error.ts';
import type { ByteText } from '../../abi/tar/entry.ts';

/** gzip makes at most 1032 bytes of one; what makes more of itself is nothing that anybody packed to use. */
const RATIO = 1100;
/** So much may come of a few bytes all the same. */
const HARMLESS_BYTES = 1 << 30;

interface Bounds {
  readonly compressedBytes: number;
  readonly freeBytes: number;
  readonly keptBytes?: number;
}

/** What a layer may take: bounds on what it says of itself, before it is written, and on what comes out of it. */
export class Budget {
  readonly #compressedBytes: number;
  readonly #freeBytes: number;
  #apparentBytes = 0;
  #dataBytes = 0;
  #unpackedBytes = 0;

  /** `keptBytes` of the compressed layer go to the same disk. Throws `ELAYERSIZE` where even they find no room. */
  constructor({ compressedBytes, freeBytes, keptBytes = 0 }: Bounds) {
    this.#compressedBytes = compressedBytes;
    this.#freeBytes = freeBytes - keptBytes;
    if (keptBytes > freeBytes) throw tooLarge(`it has ${keptBytes} bytes, and ${freeBytes} are free`);
  }

  /** A file of an archive as its header has it: its size, and how many bytes of that are not holes. */
  declare(path: ByteText, sizeBytes: number, dataBytes: number): void {
    this.#apparentBytes += sizeBytes;
    this.#dataBytes += dataBytes;
    if (this.#dataBytes > this.#freeBytes)
      throw tooLarge(`with ${showName(path)} its files have ${this.#dataBytes} bytes, and ${this.#freeBytes} are free`);
    this.#checkRatio(this.#apparentBytes, 'its files have');
  }

  /** So many more bytes came out of the decompressor. */
  spend(bytes: number): void {
    this.#unpackedBytes += bytes;
    this.#checkRatio(this.#unpackedBytes, 'it unpacks to more than');
  }

  get unpackedBytes(): number {
    return this.#unpackedBytes;
  }

  #checkRatio(bytes: number, what: string): void {
    if (bytes > HARMLESS_BYTES && bytes > this.#compressedBytes * RATIO)
      throw tooLarge(`${what} ${bytes} bytes, more than ${RATIO} times its ${this.#compressedBytes}`);
  }
}

/** For what is in the store already. */
export const UNLIMITED = new Budget({ compressedBytes: Number.MAX_SAFE_INTEGER, freeBytes: Number.MAX_SAFE_INTEGER });

function tooLarge(why: string): LimpidError {
  return new LimpidError({ code: 'ELAYERSIZE', doing: 'unpack', subject: 'a layer', why });
}
