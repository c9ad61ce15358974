import { diskSpace } from '../../kernel/disk-space.ts';
import { makeDirectories, removeFile } from '../../kernel/files.ts';
import { createFile } from '../../kernel/new-file.ts';
import { openFile, type OpenFile } from '../../kernel/open-file.ts';
import { stagingDirectory, type StorePlace } from '../place.ts';
import { badImages } from './fault.ts';

const LOOK_EVERY_BYTES = 64 * 1024 * 1024;
/** Left free for all others, whatever a few kilobytes unpack to. */
const SPARE_BYTES = 256 * 1024 * 1024;

let spools = 0;

/** A new name among what is not whole yet. */
export function spoolPath(place: Pick<StorePlace, 'root'>): string {
  makeDirectories(stagingDirectory(place), 0o700);
  return `${stagingDirectory(place)}/spool-${process.pid}-${spools++}`;
}

/** Keeps a stream in a file without a name, which goes with its descriptor: what is killed leaves nothing. */
export async function spool(
  place: Pick<StorePlace, 'root'>,
  stream: ReadableStream<Uint8Array>,
  name: string,
): Promise<OpenFile> {
  const directory = stagingDirectory(place);
  const path = spoolPath(place);
  const file = createFile(path, 0o600, { replace: true });
  removeFile(path);
  try {
    let unlooked = 0;
    for await (const chunk of stream) {
      file.write(chunk);
      unlooked += chunk.length;
      if (unlooked < LOOK_EVERY_BYTES) continue;
      unlooked = 0;
      const space = diskSpace(directory);
      if (space !== undefined && space.totalBytes - space.usedBytes < SPARE_BYTES)
        throw badImages(name, `the disk of "${directory}" is full before its end`);
    }
    return openFile(`/proc/self/fd/${file.fd}`)!;
  } finally {
    file.close();
  }
}
