import { LimpidError } from '../../base/error.ts';
import { statPath, type FileStatus } from '../../kernel/file-status.ts';
import { openFile, type OpenFile } from '../../kernel/open-file.ts';
import type { StorePlace } from '../place.ts';
import { archiveFiles } from './archive-files.ts';
import { compressionOf, decompress } from './compression.ts';
import { badImages } from './fault.ts';
import type { ImageFiles } from './image-files.ts';
import { spool } from './spool.ts';
import { streamFile } from './stream-file.ts';
import { streamOf } from './stream-of.ts';

/** What an archive may come out of. A device may have no end, and a stream of one cannot be waited for. */
export function isReadable({ kind }: FileStatus): boolean {
  return kind === 'file' || kind === 'fifo';
}

export const NOT_READABLE = 'it is neither a file nor a pipe';

type Place = Pick<StorePlace, 'root'>;

/**
 * The files of an archive: read in place where it is a plain file, else kept aside for the length of the command.
 * Throws EARCHIVE.
 */
export async function openArchive(place: Place, path: string, name: string): Promise<ImageFiles> {
  const status = statPath(path);
  if (status === undefined) throw badImages(name, `there is no file "${path}"`);
  if (status.kind === 'directory') throw badImages(name, 'it is a directory, not an archive');
  if (!isReadable(status)) throw badImages(name, NOT_READABLE);
  const file = status.kind === 'file' ? openFile(path) : undefined;
  // A pipe, as the shell's <(…) makes it.
  if (file === undefined) return openArchiveStream(place, Bun.file(path).stream(), name);
  if (compressionOf(file.read(0, 4)) === 'none') return indexed(file, name);
  return openArchiveStream(place, streamFile(file, { offset: 0, length: file.sizeBytes(), close: true }), name);
}

/** As `openArchive`, of bytes that come once, compressed or not. */
export async function openArchiveStream(
  place: Place,
  stream: ReadableStream<Uint8Array>,
  name: string,
): Promise<ImageFiles> {
  return indexed(await spool(place, await plainStream(stream, name), name), name);
}

/** The same bytes, decompressed by what they begin with. Throws EARCHIVE. */
export async function plainStream(
  stream: ReadableStream<Uint8Array>,
  name: string,
): Promise<ReadableStream<Uint8Array>> {
  const reader = stream.getReader();
  const begin: Uint8Array[] = [];
  let length = 0;
  let done = false;
  while (length < 4 && !done) {
    const piece = await reader.read();
    done = piece.done;
    if (piece.value !== undefined) begin.push(piece.value);
    length += piece.value?.length ?? 0;
  }
  if (length === 0) throw badImages(name, 'it is empty');
  const start = Buffer.concat(begin);
  const form = compressionOf(start);
  const flow = { in: 0, out: 0 };
  const whole = streamOf(continued(start, reader, flow));
  if (form === 'none') return whole;
  if (form === 'gzip' || form === 'zstd') return described(decompress(whole, form), flow, name);
  const { decompressOutside } = await import('./outside-decompressor.ts');
  return described(decompressOutside(whole, form, name), flow, name);
}

/** gzip makes at most 1032 bytes of one; what makes more of itself is nothing that anybody packed to use. */
const RATIO = 1100;
/** So much may come of a few bytes all the same. */
const HARMLESS_BYTES = 1 << 30;

/** Bytes that have gone into a decompressor, and come out of it. */
interface Flow {
  in: number;
  out: number;
}

async function* continued(
  start: Uint8Array,
  reader: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>; cancel(): Promise<void> },
  flow: Flow,
): AsyncGenerator<Uint8Array> {
  let ended = false;
  try {
    flow.in += start.length;
    yield start;
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      flow.in += value!.length;
      yield value!;
    }
  } finally {
    if (!ended) await reader.cancel();
  }
}

/** What the decompressor complains of is the archive's fault. */
function described(stream: ReadableStream<Uint8Array>, flow: Flow, name: string): ReadableStream<Uint8Array> {
  return streamOf(
    (async function* () {
      try {
        for await (const chunk of stream) {
          flow.out += chunk.length;
          if (flow.out > HARMLESS_BYTES && flow.out > flow.in * RATIO)
            throw badImages(
              name,
              `its ${flow.in} bytes unpack to more than ${flow.out}`,
              'decompress it first, if it is meant so',
            );
          yield chunk;
        }
      } catch (error) {
        if (error instanceof LimpidError) throw error;
        throw badImages(name, `it cannot be decompressed: ${(error as Error).message}`);
      }
    })(),
  );
}

function indexed(file: OpenFile, name: string): ImageFiles {
  try {
    if (file.sizeBytes() === 0) throw badImages(name, 'it is empty');
    return archiveFiles(file, name);
  } catch (error) {
    file.close();
    throw error;
  }
}
