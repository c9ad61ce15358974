import { createFile } from '../../kernel/new-file.ts';
import { removeFile, renamePath } from '../../kernel/files.ts';

/** Writes a stream as a file: aside, synced, made visible by one rename. What fails leaves nothing. */
export async function storeStream(path: string, stream: ReadableStream<Uint8Array>): Promise<void> {
  const aside = `${path}.${process.pid}.partial`;
  // The one of a command of that number that was killed is worth nothing.
  const file = createFile(aside, 0o644, { replace: true });
  try {
    for await (const chunk of stream) file.write(chunk);
    file.sync();
    renamePath(aside, path);
  } catch (error) {
    removeFile(aside);
    throw error;
  } finally {
    file.close();
  }
}
