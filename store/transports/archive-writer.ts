import { LimpidError } from '../../base/error.ts';
import { DigestHasher } from '../../spec/digest.ts';
import type { Descriptor, Digest } from '../../spec/image.ts';
import { BLOCK, memberHeader, memberPadding } from './member-header.ts';
import type { ArchiveSink } from './archive-sink.ts';
import { compressionOfType } from './compression.ts';
import { plainStream } from './open-archive.ts';

type Open = () => Promise<ReadableStream<Uint8Array>>;

/** Writes an archive of which every byte depends on the images alone: no owner, no time, the given order. */
export class ArchiveWriter {
  readonly sink: ArchiveSink;
  readonly #written = new Set<string>();
  #at = 0;

  constructor(sink: ArchiveSink) {
    this.sink = sink;
  }

  has(path: string): boolean {
    return this.#written.has(path);
  }

  document(path: string, bytes: Uint8Array): void {
    if (this.has(path)) return;
    this.#header(path, bytes.length);
    this.#write(bytes);
    this.#pad(bytes.length);
  }

  /** A blob of a known size, as it is. */
  async stream(path: string, size: number, open: Open): Promise<void> {
    if (this.has(path)) return;
    this.#header(path, size);
    let bytes = 0;
    for await (const chunk of await open()) {
      bytes += chunk.length;
      this.#write(chunk);
    }
    if (bytes !== size) throw changed(path, bytes, size);
    this.#pad(size);
  }

  /** A layer, decompressed, under the name that `pathOf` makes of its diffID. Answers the diffID. */
  async layer(layer: Descriptor, open: Open, pathOf: (diffId: Digest) => string): Promise<Digest> {
    // Some call a plain layer compressed: its first bytes know better.
    const plain: Open = async () => plainStream(await open(), `layer ${layer.digest}`);
    const { rewrite } = this.sink;
    if (compressionOfType(layer.mediaType) === 'none') {
      await this.stream(pathOf(layer.digest), layer.size, open);
      return layer.digest;
    }
    if (rewrite === undefined) {
      // What cannot be taken back has to be known beforehand.
      const { digest, size } = await measure(plain);
      await this.stream(pathOf(digest), size, plain);
      return digest;
    }
    const start = this.#at;
    this.#write(new Uint8Array(BLOCK));
    const { digest, size } = await measure(plain, (chunk) => this.#write(chunk));
    const path = pathOf(digest);
    if (this.has(path)) {
      this.#at = start;
      rewrite.back(start);
    } else {
      this.#written.add(path);
      rewrite.at(start, memberHeader({ path, size }));
      this.#pad(size);
    }
    return digest;
  }

  /** Two blocks of zeros, and the archive is there. */
  commit(): void {
    this.#write(new Uint8Array(2 * BLOCK));
    this.sink.commit();
  }

  close(): void {
    this.sink.close();
  }

  #header(path: string, size: number): void {
    this.#written.add(path);
    this.#write(memberHeader({ path, size }));
  }

  #write(bytes: Uint8Array): void {
    this.sink.write(bytes);
    this.#at += bytes.length;
  }

  #pad(size: number): void {
    this.#write(memberPadding(size));
  }
}

async function measure(open: Open, take?: (chunk: Uint8Array) => void): Promise<{ digest: Digest; size: number }> {
  const hasher = new DigestHasher();
  let size = 0;
  for await (const chunk of await open()) {
    hasher.update(chunk);
    size += chunk.length;
    take?.(chunk);
  }
  return { digest: hasher.finish(), size };
}

function changed(path: string, bytes: number, size: number): LimpidError {
  return new LimpidError({
    code: 'EARCHIVE',
    doing: 'write',
    subject: `"${path}"`,
    why: `it has ${bytes} bytes, ${size} were expected`,
  });
}
