import type { OpenFile } from '../../kernel/open-file.ts';
import { LimpidError } from '../../base/error.ts';

const CHUNK_BYTES = 256 * 1024;

/** A part of an open file as a stream, read as it is asked for. With `close` the file goes with the stream. */
export function streamFile(
  file: OpenFile,
  { offset, length, close }: { readonly offset: number; readonly length: number; readonly close: boolean },
): ReadableStream<Uint8Array> {
  let at = 0;
  const end = () => {
    if (close) file.close();
  };
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (at === length) {
        end();
        return controller.close();
      }
      const bytes = file.read(offset + at, Math.min(CHUNK_BYTES, length - at));
      at += bytes.length;
      if (bytes.length > 0) return controller.enqueue(bytes);
      end();
      controller.error(
        new LimpidError({ code: 'EARCHIVE', doing: 'read', subject: `"${file.path}"`, why: 'it became shorter' }),
      );
    },
    cancel: end,
  });
}
