import { kindInWords, statPath } from '../../kernel/file-status.ts';
import type { ImageSource } from '../../spec/image-transport.ts';
import type { StorePlace } from '../place.ts';
import { soleSource, type HeldImage, type ImageCollection } from './collection.ts';
import { badImages, noSuchImage } from './fault.ts';
import { directoryFiles, type ImageFiles } from './image-files.ts';
import type { Location } from './location.ts';

/** Opens the one image that a location means. Throws EARCHIVE, ENOIMAGE. */
export async function openImage(place: StorePlace, location: Location): Promise<ImageSource> {
  const { transport, path, name } = location;
  switch (transport) {
    case 'containers-storage': {
      const { openContainersStorage } = await import('./containers-storage/source.ts');
      return openContainersStorage({ path, reference: location.reference ?? '', name });
    }
    case 'builtin': {
      const { builtinImage } = await import('./builtin.ts');
      return builtinImage(location.reference ?? '', name);
    }
    default: {
      const collection = await openImages(place, location);
      try {
        return soleSource(collection, await chooseImage(collection, location));
      } catch (error) {
        await collection.close();
        throw error;
      }
    }
  }
}

/** Opens all that an archive, a directory or Docker's answer holds. Throws EARCHIVE. */
export async function openImages(
  place: StorePlace,
  { transport, path, reference, name }: Location,
): Promise<ImageCollection> {
  switch (transport) {
    case 'oci':
      return (await import('./layout.ts')).openLayout(filesOf(path, name));
    case 'dir':
      return (await import('./dir-source.ts')).openDir(filesOf(path, name));
    case 'oci-archive':
      return (await import('./layout.ts')).openLayout(await openArchive(place, path, name));
    case 'docker-archive':
      return (await import('./docker-archive-source.ts')).openDockerArchive(await openArchive(place, path, name));
    case 'docker-daemon':
      return (await import('./docker-daemon.ts')).openDockerImage(place, reference ?? '', name);
    default:
      throw badImages(name, `nothing is known of "${transport}"`);
  }
}

async function openArchive(place: StorePlace, path: string, name: string): Promise<ImageFiles> {
  const { openArchive, openArchiveStream } = await import('./open-archive.ts');
  return path === '-' ? openArchiveStream(place, Bun.stdin.stream(), name) : openArchive(place, path, name);
}

function filesOf(path: string, name: string): ImageFiles {
  const status = statPath(path);
  if (status === undefined) throw badImages(name, `there is no directory "${path}"`);
  if (status.kind !== 'directory') throw badImages(name, `"${path}" is ${kindInWords(status)}, not a directory`);
  return directoryFiles(path, name);
}

/** By its name, tag or `@INDEX`; without a reference there has to be one image only. */
async function chooseImage({ images, name }: ImageCollection, { transport, reference }: Location): Promise<HeldImage> {
  if (images.length === 0) throw badImages(name, 'there is no image in it');
  if (transport === 'docker-daemon') return images[0]!;
  if (reference === undefined || reference === '') {
    const [only, ...more] = images;
    if (more.length === 0) return only!;
    throw badImages(name, `it holds ${images.length} images`, `name one: ${allNames(images).slice(0, 5).join(', ')}`);
  }
  const index = /^@(\d{1,6})$/.exec(reference)?.[1];
  if (index !== undefined) {
    const held = images[Number(index)];
    if (held === undefined) throw badImages(name, `it holds ${images.length} images, counted from 0`);
    return held;
  }
  const { isNamed } = await import('./is-named.ts');
  const found = images.find(({ names }) => names.some((one) => isNamed(one, reference)));
  if (found === undefined) throw noSuchImage(name, reference, allNames(images));
  return found;
}

function allNames(images: readonly HeldImage[]): string[] {
  return images.flatMap(({ names }) => names);
}
