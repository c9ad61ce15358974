import { createUnnamed } from '../../kernel/new-file.ts';

/** Writes a stream as a file of a directory: it gets its name when it is whole and synced. */
export async function storeStream(directory: string, name: string, stream: ReadableStream<Uint8Array>): Promise<void> {
  const path = `${directory}/${name}`;
  const file = createUnnamed(directory, path, 0o644);
  try {
    for await (const chunk of stream) file.write(chunk);
    file.publish(path);
  } finally {
    file.close();
  }
}

/** The same of a document. Two who write one at once do not see each other's; with `keepOther` the first one's stays. */
export function storeDocument(
  directory: string,
  name: string,
  data: string | Uint8Array,
  { keepOther = false } = {},
): void {
  const path = `${directory}/${name}`;
  const file = createUnnamed(directory, path, 0o644);
  try {
    file.write(typeof data === 'string' ? new TextEncoder().encode(data) : data);
    if (keepOther) file.publishNew(path);
    else file.publish(path);
  } finally {
    file.close();
  }
}
