import { statPath } from '../../kernel/file-status.ts';
import type { StorePlace } from '../place.ts';
import type { ImageCollection } from './collection.ts';
import { openDir } from './dir-source.ts';
import { openDockerArchive } from './docker-archive-source.ts';
import { directoryFiles, type ImageFiles } from './image-files.ts';
import { isLayout, openLayout } from './layout.ts';
import { openArchive, openArchiveStream } from './open-archive.ts';

/** All images of an archive or directory, whichever of the known forms it has. */
export async function openAnyImages(
  place: StorePlace,
  from: { readonly path: string } | { readonly stream: ReadableStream<Uint8Array> },
): Promise<ImageCollection> {
  const files = await openFiles(place, from);
  try {
    return detect(files);
  } catch (error) {
    files.close();
    throw error;
  }
}

async function openFiles(place: StorePlace, from: Parameters<typeof openAnyImages>[1]): Promise<ImageFiles> {
  if ('stream' in from) return openArchiveStream(place, from.stream, 'standard input');
  const { path } = from;
  return statPath(path)?.kind === 'directory' ? directoryFiles(path, path) : openArchive(place, path, path);
}

/** Docker writes its own list beside a layout: the layout says more. */
function detect(files: ImageFiles): ImageCollection {
  if (isLayout(files)) return openLayout(files);
  return files.size('version') === undefined ? openDockerArchive(files) : openDir(files);
}
