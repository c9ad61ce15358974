import { statPath } from '../../kernel/file-status.ts';
import type { StorePlace } from '../place.ts';
import type { ImageCollection } from './collection.ts';
import { openDir } from './dir-source.ts';
import { openDockerArchive } from './docker-archive-source.ts';
import { directoryFiles, type ImageFiles } from './image-files.ts';
import { isLayout, openLayout } from './layout.ts';
import { openArchive, openArchiveStream } from './open-archive.ts';

/** What was found, and the transport that would have named it. */
export interface FoundImages {
  readonly collection: ImageCollection;
  readonly transport: 'oci' | 'oci-archive' | 'docker-archive' | 'dir';
}

/** All images of an archive or directory, whichever of the known forms it has. */
export async function openAnyImages(
  place: StorePlace,
  from: { readonly path: string } | { readonly stream: ReadableStream<Uint8Array>; readonly name?: string },
): Promise<FoundImages> {
  const files = await openFiles(place, from);
  const isDirectory = 'path' in from && statPath(from.path)?.kind === 'directory';
  try {
    return detect(files, isDirectory);
  } catch (error) {
    files.close();
    throw error;
  }
}

async function openFiles(place: StorePlace, from: Parameters<typeof openAnyImages>[1]): Promise<ImageFiles> {
  if ('stream' in from) return openArchiveStream(place, from.stream, from.name ?? 'standard input');
  const { path } = from;
  return statPath(path)?.kind === 'directory' ? directoryFiles(path, path) : openArchive(place, path, path);
}

/** Docker writes its own list beside a layout: the layout says more. */
function detect(files: ImageFiles, isDirectory: boolean): FoundImages {
  if (isLayout(files)) return { collection: openLayout(files), transport: isDirectory ? 'oci' : 'oci-archive' };
  if (files.size('version') !== undefined) return { collection: openDir(files), transport: 'dir' };
  return { collection: openDockerArchive(files), transport: 'docker-archive' };
}
