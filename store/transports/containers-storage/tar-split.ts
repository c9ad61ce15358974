import { badImages } from '../fault.ts';

/** One line is a header with its padding, or a name. */
const LINE_LIMIT_BYTES = 8 * 1024 * 1024;
const FILE = 1;
const SEGMENT = 2;

interface Entry {
  readonly type?: unknown;
  readonly name?: unknown;
  /** Base64, where the name is no UTF-8. */
  readonly name_raw?: unknown;
  readonly size?: unknown;
  readonly payload?: unknown;
}

/**
 * The archive that a layer was unpacked from, byte for byte: what tar-split has kept of it (everything but the contents
 * of its files) with the files between. `lines` is the unpacked `.tar-split.gz`.
 */
export async function* assembleTar(
  lines: ReadableStream<Uint8Array>,
  content: (path: string, size: number) => ReadableStream<Uint8Array>,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const line of splitLines(lines, name)) {
    const entry = parseEntry(line, name);
    if (entry.type === SEGMENT) yield bytesOf(entry.payload, name);
    else if (entry.type !== FILE)
      throw badImages(name, `its tar-split data has an entry of type "${String(entry.type)}"`);
    else if (typeof entry.size === 'number' && entry.size > 0) {
      if (typeof entry.name !== 'string' || entry.name_raw !== undefined)
        throw badImages(name, 'it holds a file whose name is no UTF-8');
      yield* content(entry.name, entry.size);
    }
  }
}

function parseEntry(line: string, name: string): Entry {
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry === 'object' && entry !== null) return entry;
  } catch {}
  throw badImages(name, 'its tar-split data is damaged');
}

function bytesOf(payload: unknown, name: string): Uint8Array {
  if (typeof payload !== 'string') throw badImages(name, 'its tar-split data is damaged');
  return Buffer.from(payload, 'base64');
}

async function* splitLines(stream: ReadableStream<Uint8Array>, name: string): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', from)) {
      if (end > from) yield rest.slice(from, end);
      from = end + 1;
    }
    rest = rest.slice(from);
    if (rest.length > LINE_LIMIT_BYTES) throw badImages(name, 'its tar-split data has a line without end');
  }
  if (rest !== '') yield rest;
}
