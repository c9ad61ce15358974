import type { Errand } from '../errand.ts';
import { failure } from '../errand.ts';
import { TimedOut } from './network-failure.ts';

/** A whole body of at most `limitBytes`. Throws `ESIZE` above it, `TimedOut` where it stalls. */
export async function readBody(
  response: Response,
  errand: Errand,
  { limitBytes, stallTimeoutMs }: { readonly limitBytes: number; readonly stallTimeoutMs: number },
): Promise<Uint8Array> {
  const reader = response.body?.getReader();
  if (reader === undefined) return new Uint8Array();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { value } = await readPiece(reader, stallTimeoutMs);
    if (value === undefined) return Buffer.concat(pieces);
    size += value.length;
    if (size > limitBytes) {
      reader.cancel().catch(() => {});
      throw failure('ESIZE', errand, `the answer is longer than ${limitBytes} bytes`);
    }
    pieces.push(value);
  }
}

/** What of a body's reader is used. */
export type BodyReader = Pick<ReadableStreamDefaultReader<Uint8Array>, 'read' | 'cancel'>;

/** The next piece of a body. Throws `TimedOut` where none comes in time; the body is then given up. */
export async function readPiece(
  reader: BodyReader,
  stallTimeoutMs: number,
): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }> {
  const stalled = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    stalled.reject(new TimedOut(`the transfer stalled: nothing came for ${stallTimeoutMs / 1000} s`));
  }, stallTimeoutMs);
  try {
    return await Promise.race([reader.read(), stalled.promise]);
  } catch (error) {
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
