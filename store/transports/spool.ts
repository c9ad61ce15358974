import { diskSpace } from '../../kernel/disk-space.ts';
import { makeDirectories } from '../../kernel/files.ts';
import { createUnnamed, type UnnamedFile } from '../../kernel/new-file.ts';
import { openFile, type OpenFile } from '../../kernel/open-file.ts';
import { stagingDirectory, type StorePlace } from '../place.ts';
import { badImages } from './fault.ts';

const LOOK_EVERY_BYTES = 64 * 1024 * 1024;
/** Left free for all others, whatever a few kilobytes unpack to. */
const SPARE_BYTES = 256 * 1024 * 1024;

/** A file without a name, which goes with its descriptor: what is killed leaves nothing. */
export function createSpool(place: Pick<StorePlace, 'root'>, name: string): UnnamedFile {
  makeDirectories(stagingDirectory(place), 0o700);
  return createUnnamed(stagingDirectory(place), name, 0o600);
}

/** Keeps a stream in such a file. */
export async function spool(
  place: Pick<StorePlace, 'root'>,
  stream: ReadableStream<Uint8Array>,
  name: string,
): Promise<OpenFile> {
  const file = createSpool(place, name);
  try {
    let unlooked = 0;
    for await (const chunk of stream) {
      file.write(chunk);
      unlooked += chunk.length;
      if (unlooked < LOOK_EVERY_BYTES) continue;
      unlooked = 0;
      const space = diskSpace(stagingDirectory(place));
      if (space !== undefined && space.totalBytes - space.usedBytes < SPARE_BYTES)
        throw badImages(name, `the disk of "${stagingDirectory(place)}" is full before its end`);
    }
    return openFile(`/proc/self/fd/${file.fd}`)!;
  } finally {
    file.close();
  }
}
