import type { ImageDestination } from '../../spec/image-transport.ts';
import type { StorePlace } from '../place.ts';
import type { ArchiveOut } from './archive-destinations.ts';
import { cannotWrite } from './fault.ts';
import type { Location } from './location.ts';

const STDOUT = 1;

/** Where one image goes; `-` is standard output. Archives are written for it anew, directories may hold others. Throws EDESTINATION. */
export async function openDestination(place: StorePlace, location: Location): Promise<ImageDestination> {
  const { transport, path, reference, name } = location;
  const tags = reference === undefined || reference === '' ? [] : [reference];
  if (path === '' && transport !== 'docker-daemon' && transport !== 'containers-storage' && transport !== 'builtin')
    throw cannotWrite(name, 'it names no path');
  switch (transport) {
    case 'oci':
      return (await import('./layout-destination.ts')).layoutDestination(path, tags[0], name);
    case 'dir':
      return (await import('./dir-destination.ts')).dirDestination(path, name);
    case 'docker-daemon':
      return (await import('./docker-daemon.ts')).dockerDaemonDestination(place, reference ?? '', name);
    case 'oci-archive': {
      const { ociArchiveOut } = await import('./archive-destinations.ts');
      return soleDestination(ociArchiveOut(await sinkOf(path, name)), tags);
    }
    case 'docker-archive': {
      const { dockerArchiveOut } = await import('./archive-destinations.ts');
      const { fullName } = await import('./is-named.ts');
      const names = tags.map(fullName);
      if (names.includes(undefined)) throw cannotWrite(name, `"${reference}" is no name of an image`);
      return soleDestination(dockerArchiveOut(await sinkOf(path, name)), names as string[]);
    }
    case 'containers-storage':
      throw cannotWrite(name, 'it is read only', 'podman load takes what `limpid save` writes');
    case 'builtin':
      throw cannotWrite(name, 'it is part of limpid');
  }
}

async function sinkOf(path: string, name: string) {
  const { descriptorSink, fileSink } = await import('./archive-sink.ts');
  return path === '-' ? descriptorSink(STDOUT, name) : fileSink(path, name);
}

/** The archive is whole with its one image. */
function soleDestination(archive: ArchiveOut, names: readonly string[]): ImageDestination {
  const image = archive.image(names);
  return {
    ...image,
    async commit() {
      await image.commit();
      archive.finish();
    },
    async close() {
      archive.close();
    },
  };
}
