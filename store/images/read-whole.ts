import { LimpidError } from '../../base/error.ts';
import { digestOf } from '../../spec/digest.ts';
import type { Descriptor } from '../../spec/image.ts';

/** A small blob as one piece. Throws EBLOB where it is not what its descriptor says. */
export async function readWhole(
  stream: ReadableStream<Uint8Array>,
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
  name: string,
): Promise<Uint8Array> {
  const fault = (why: string) => new LimpidError({ code: 'EBLOB', doing: 'receive', subject: name, why });
  const chunks: Uint8Array[] = [];
  let got = 0;
  for await (const chunk of stream) {
    got += chunk.length;
    if (got > size) throw fault(`it has more than the ${size} bytes that the manifest says`);
    chunks.push(chunk);
  }
  if (got !== size) throw fault(`it ended after ${got} of ${size} bytes`);
  const bytes = Buffer.concat(chunks);
  const actual = digestOf(bytes, digest);
  if (actual !== digest) throw fault(`its digest is ${actual} where ${digest} was wanted`);
  return bytes;
}
