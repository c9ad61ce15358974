import type { Gunzip, ZstdDecompress } from 'node:zlib';
import { LimpidError } from '../../base/error.ts';

export type Compression = 'gzip' | 'zstd' | 'none';

/** Bytes that tell gzip, zstd and others apart. */
export const MAGIC_BYTES = 6;
const CHUNK_BYTES = 1 << 20;
/** Pieces that wait for their reader while the next is made in another thread. */
const WAITING_MAX = 3;

/** By what the bytes are, whatever a media type says. Throws `ECOMPRESSION` for kinds that images may not have. */
export function compressionOf(head: Uint8Array): Compression {
  const starts = (...bytes: number[]) => bytes.every((byte, index) => head[index] === byte);
  if (starts(0x1f, 0x8b)) return 'gzip';
  if (starts(0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (head.length >= 4 && (head[0]! & 0xf0) === 0x50 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18)
    return 'zstd';
  if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a)) throw unknownCompression('xz');
  if (starts(0x42, 0x5a, 0x68)) throw unknownCompression('bzip2');
  return 'none';
}

function unknownCompression(name: string): LimpidError {
  const why = `it is compressed by ${name}; layers are gzip, zstd or plain`;
  return new LimpidError({ code: 'ECOMPRESSION', doing: 'decompress', why });
}

export interface Decompressor {
  /** Resolves when more may come: a slow reader holds the sender back. Throws what `take` threw. */
  write(bytes: Uint8Array): Promise<void>;
  /** Resolves when everything was taken. */
  end(): Promise<void>;
  /** Ends it without a result. */
  destroy(): void;
}

/** Where what comes out goes, piece by piece, in order; what it answers is waited for. */
export type TakeBytes = (bytes: Uint8Array) => Promise<void> | undefined;

export async function decompressor(kind: Compression, take: TakeBytes): Promise<Decompressor> {
  if (kind === 'none')
    return { write: async (bytes) => take(bytes), end: () => Promise.resolve(), destroy: () => undefined };
  // Its streams work in a thread of their own, and are loaded where there is something to decompress.
  const zlib = await import('node:zlib');
  const options = { chunkSize: CHUNK_BYTES };
  return new StreamDecompressor(
    kind === 'gzip' ? zlib.createGunzip(options) : zlib.createZstdDecompress(options),
    take,
  );
}

type ZlibStream = Gunzip | ZstdDecompress;

class StreamDecompressor implements Decompressor {
  readonly #stream: ZlibStream;
  readonly #take: TakeBytes;
  readonly #ended: Promise<void>;
  readonly #failed: Promise<never>;
  #waiting: Uint8Array[] = [];
  #draining = false;
  #finished = false;
  #resolveEnd!: () => void;
  #reject!: (error: unknown) => void;

  constructor(stream: ZlibStream, take: TakeBytes) {
    this.#stream = stream;
    this.#take = take;
    this.#ended = new Promise((resolve) => (this.#resolveEnd = resolve));
    this.#failed = new Promise((_, reject) => (this.#reject = reject));
    this.#failed.catch(() => undefined);
    stream.on('data', (bytes: Uint8Array) => this.#got(bytes));
    stream.on('end', () => {
      this.#finished = true;
      this.#schedule();
    });
    stream.on('error', (error) => this.#reject(damaged(error)));
  }

  async write(bytes: Uint8Array): Promise<void> {
    await Promise.race([new Promise<void>((resolve) => this.#stream.write(bytes, () => resolve())), this.#failed]);
  }

  async end(): Promise<void> {
    this.#stream.end();
    await Promise.race([this.#ended, this.#failed]);
  }

  destroy(): void {
    this.#waiting = [];
    this.#stream.destroy();
  }

  /** Taken in a later turn: by then the other thread is at work on the next piece. */
  #got(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    if (this.#waiting.length >= WAITING_MAX) this.#stream.pause();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#draining) return;
    this.#draining = true;
    setImmediate(() => void this.#drain());
  }

  async #drain(): Promise<void> {
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        const taking = this.#take(next);
        if (taking !== undefined) await taking;
        if (this.#waiting.length < WAITING_MAX && !this.#finished) this.#stream.resume();
      }
    } catch (error) {
      this.#reject(error);
      this.destroy();
      return;
    }
    this.#draining = false;
    if (this.#finished) this.#resolveEnd();
  }
}

function damaged(cause: unknown): LimpidError {
  const why = `its compressed bytes are damaged (${cause instanceof Error ? cause.message : String(cause)})`;
  return new LimpidError({ code: 'ECOMPRESSION', doing: 'decompress', why, cause });
}
