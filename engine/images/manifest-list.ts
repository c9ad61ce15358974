import { LimpidError } from '../../base/error.ts';
import { digestOf } from '../../spec/digest.ts';
import { isIndexType } from '../../spec/manifest-kind.ts';
import { MEDIA_TYPE, type Descriptor, type Digest, type ImageIndex } from '../../spec/image.ts';
import { readDocument, writeBlob } from '../../store/images/blobs.ts';
import type { ImageEntry } from '../../store/images/entry.ts';
import { lockEntries, type LockedEntries } from '../../store/images/index-file.ts';
import { withNames } from '../../store/images/names.ts';
import { dropUnreferenced, partsOf } from '../../store/images/parts.ts';
import type { World } from '../world.ts';
import { lookUp, noSuchImage } from './find.ts';

/** A manifest list of the store: an index whose images need not be for this machine. */
export interface ManifestList {
  readonly entry: ImageEntry;
  readonly index: ImageIndex;
}

export function isList({ manifest }: Pick<ImageEntry, 'manifest'>): boolean {
  return isIndexType(manifest.mediaType);
}

/** Throws ENOIMAGE where there is none of that name, ENOLIST for what is an image. */
export function findList(world: World, entries: readonly ImageEntry[], text: string): ManifestList {
  const found = lookUp(entries, text);
  if (found === undefined) throw noSuchImage(text);
  if (isList(found.entry))
    return { entry: found.entry, index: readDocument<ImageIndex>(world, found.entry.manifest.digest) };
  throw new LimpidError({
    code: 'ENOLIST',
    doing: 'use',
    subject: `"${text}" as a manifest list`,
    why: 'it is an image',
  });
}

/** Puts a new list under names that nobody has. Answers its id. Throws ENAMEINUSE. */
export function createList(world: World, name: string, manifests: readonly Descriptor[]): Digest {
  return lockEntries(world, (locked) => {
    const taken = locked.entries.find((entry) => entry.name === name);
    if (taken !== undefined)
      throw new LimpidError({
        code: 'ENAMEINUSE',
        doing: 'create',
        subject: `manifest list "${name}"`,
        why: `the name belongs to ${isList(taken) ? 'manifest list' : 'image'} ${taken.id}`,
        hint: isList(taken) ? 'with --amend images are added to it' : 'choose another name',
      });
    return putList(world, locked, { id: newListId(world), names: [name], index: emptyIndex(manifests) });
  });
}

/** Changes a list under the store's lock, for all of its names: its id stays. Answers that. */
export function changeList(
  world: World,
  text: string,
  change: (manifests: readonly Descriptor[]) => readonly Descriptor[],
): Digest {
  return lockEntries(world, (locked) => {
    const { entry, index } = findList(world, locked.entries, text);
    const changed = { ...index, manifests: change(index.manifests) };
    const own = locked.entries.filter(({ id }) => id === entry.id);
    const parts = partsOf(world, own);
    const others = locked.entries.filter(({ id }) => id !== entry.id);
    const names = own.flatMap(({ name }) => name ?? []);
    const left = { entries: others, replace: (entries: readonly ImageEntry[]) => locked.replace(entries) };
    const id = putList(world, left, { id: entry.id, names, index: changed });
    dropUnreferenced(world, parts, locked.entries);
    return id;
  });
}

function emptyIndex(manifests: readonly Descriptor[]): ImageIndex {
  return { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests };
}

/**
 * A list has an id of its own, not that of its content: two that hold the same are two, and a change of one is none of
 * the other. As with an image, the id is the digest of a document.
 */
function newListId(world: World): Digest {
  const bytes = encodeJson({ list: crypto.randomUUID() });
  const id = digestOf(bytes);
  writeBlob(world, id, bytes);
  return id;
}

interface NewList {
  readonly id: Digest;
  readonly names: readonly string[];
  readonly index: ImageIndex;
}

function putList(world: World, { entries, replace }: LockedEntries, { id, names, index }: NewList): Digest {
  const bytes = encodeJson(index);
  const digest = digestOf(bytes);
  writeBlob(world, digest, bytes);
  const list: Omit<ImageEntry, 'name'> = {
    id,
    manifest: { mediaType: index.mediaType ?? MEDIA_TYPE.ociIndex, digest, size: bytes.length },
    platform: { os: '', architecture: '' },
    created: new Date().toISOString(),
    sizeBytes: 0,
  };
  replace(withNames(entries, list, names));
  return id;
}

function encodeJson(document: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}
