import type { LimpidError } from '../../base/error.ts';
import { networkTrouble } from '../../registry/http/network-failure.ts';
import { PieceReader } from '../../registry/http/piece-reader.ts';
import { pacingOf } from '../../registry/options.ts';
import { streamOf } from '../../store/transports/stream-of.ts';

/**
 * An archive at an address, as it comes. `refusal` makes an error of what is wrong with it: nobody there, another answer,
 * a transfer that breaks off or stands still.
 */
export async function fetchArchive(
  url: string,
  refusal: (why: string) => LimpidError,
): Promise<ReadableStream<Uint8Array>> {
  if (!URL.canParse(url)) throw refusal('that is no address');
  const explained = (error: unknown) => refusal(networkTrouble(error, new URL(url).host).why);
  let answer: Response;
  try {
    // Compressed or not, the bytes are the archive's: nothing is to be unpacked on the way.
    answer = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  } catch (error) {
    throw explained(error);
  }
  if (!answer.ok || answer.body === null) throw refusal(`the server answers ${answer.status}`);
  return streamOf(pieces(new PieceReader(answer.body, pacingOf({}).stallTimeoutMs), explained));
}

async function* pieces(reader: PieceReader, explained: (error: unknown) => LimpidError): AsyncGenerator<Uint8Array> {
  try {
    for (;;) {
      const piece = await reader.next();
      if (piece === undefined) return;
      yield piece;
    }
  } catch (error) {
    throw explained(error);
  } finally {
    reader.cancel();
  }
}
