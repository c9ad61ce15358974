import { LimpidError } from '../../base/error.ts';
import type { Errand } from '../errand.ts';
import { failure } from '../errand.ts';
import { networkTrouble, troubleFailure } from './network-failure.ts';
import { PieceReader } from './piece-reader.ts';

/** A whole body of at most `limitBytes`. Throws `ESIZE` above it, and what the network does to it as `networkTrouble` has it. */
export async function readBody(
  response: Response,
  errand: Errand,
  { limitBytes, stallTimeoutMs }: { readonly limitBytes: number; readonly stallTimeoutMs: number },
): Promise<Uint8Array> {
  if (response.body === null) return new Uint8Array();
  const reader = new PieceReader(response.body, stallTimeoutMs);
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for (let piece = await reader.next(); piece !== undefined; piece = await reader.next()) {
      size += piece.length;
      if (size > limitBytes) throw failure('ESIZE', errand, `the answer is longer than ${limitBytes} bytes`);
      pieces.push(piece);
    }
  } catch (error) {
    reader.cancel();
    if (error instanceof LimpidError) throw error;
    throw troubleFailure(errand, networkTrouble(error, URL.parse(response.url)?.host ?? ''), error);
  }
  return Buffer.concat(pieces);
}
