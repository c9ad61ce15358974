import { LimpidError } from '../../base/error.ts';
import { writeAll } from '../../kernel/files.ts';
import { startWriteBack } from '../../kernel/write-back.ts';
import type { Descriptor } from '../../spec/image.ts';

/** The disk gets to work while more comes, and not only at the end. */
const WRITE_AT_ONCE = 8 << 20;

/** Takes a blob as it comes: counts, hashes, and keeps it where a descriptor to write to is given. */
export class BlobIntake {
  readonly #descriptor: Descriptor;
  readonly #hash: Bun.CryptoHasher;
  readonly #keepFd: number | undefined;
  #bytes = 0;
  /** Up to here the disk is at work. */
  #begun = 0;

  constructor(descriptor: Descriptor, keepFd?: number) {
    this.#descriptor = descriptor;
    this.#hash = hasherFor(descriptor.digest);
    this.#keepFd = keepFd;
  }

  /** Throws `ESIZE` as soon as there is more than the descriptor says. */
  take(bytes: Uint8Array): void {
    const { size } = this.#descriptor;
    this.#bytes += bytes.length;
    if (this.#bytes > size) throw wrongSize(`it goes on behind the ${size} bytes that it should have`);
    this.#hash.update(bytes);
    if (this.#keepFd === undefined) return;
    writeAll(this.#keepFd, bytes, 'blob');
    if (this.#bytes - this.#begun < WRITE_AT_ONCE) return;
    startWriteBack(this.#keepFd);
    this.#begun = this.#bytes;
  }

  /** Behind the last byte: throws `ESIZE` or `EDIGEST` where it is not what was asked for. */
  check(): void {
    const { size, digest } = this.#descriptor;
    if (this.#bytes < size) throw wrongSize(`it ended after ${this.#bytes} of ${size} bytes`);
    const got = `${digest.slice(0, digest.indexOf(':'))}:${this.#hash.digest('hex')}`;
    if (got === digest) return;
    const why = `its bytes have the digest ${got}`;
    throw new LimpidError({ code: 'EDIGEST', doing: 'receive', subject: `blob "${digest}"`, why });
  }
}

/** Of `sha256:…` or `sha512:…`; throws `EDIGEST` for another algorithm. */
export function hasherFor(digest: string): Bun.CryptoHasher {
  const algorithm = digest.slice(0, digest.indexOf(':'));
  if (algorithm === 'sha256' || algorithm === 'sha512') return new Bun.CryptoHasher(algorithm);
  const why = 'only sha256 and sha512 can be checked';
  throw new LimpidError({ code: 'EDIGEST', doing: 'receive', subject: `blob "${digest}"`, why });
}

function wrongSize(why: string): LimpidError {
  return new LimpidError({ code: 'ESIZE', doing: 'receive', subject: 'a blob', why });
}
