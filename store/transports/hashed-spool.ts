import type { OpenFile } from '../../kernel/open-file.ts';
import { DigestHasher } from '../../spec/digest.ts';
import type { Digest } from '../../spec/image.ts';
import type { StorePlace } from '../place.ts';
import { spool } from './spool.ts';
import { streamOf } from './stream-of.ts';

export interface Spooled {
  readonly file: OpenFile;
  readonly digest: Digest;
  readonly size: number;
}

/** Keeps a stream in a file without a name, and tells its digest and size. */
export async function hashedSpool(
  place: Pick<StorePlace, 'root'>,
  stream: ReadableStream<Uint8Array>,
  name: string,
): Promise<Spooled> {
  const hasher = new DigestHasher();
  const hashed = async function* () {
    for await (const chunk of stream) {
      hasher.update(chunk);
      yield chunk;
    }
  };
  const file = await spool(place, streamOf(hashed()), name);
  return { file, digest: hasher.finish(), size: file.sizeBytes() };
}
