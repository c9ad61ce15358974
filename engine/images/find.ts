import { LimpidError } from '../../base/error.ts';
import type { Digest } from '../../spec/image.ts';
import {
  formatReference,
  parseImageName,
  repositoryName,
  withDefaultTag,
  type ImageName,
} from '../../spec/reference.ts';
import type { ImageEntry } from '../../store/images/entry.ts';
import { readEntries } from '../../store/images/index-file.ts';
import type { World } from '../world.ts';

export type { ImageEntry } from '../../store/images/entry.ts';

/** An image of the store with all its names. */
export interface StoredImage {
  /** Digest of its config. */
  readonly id: Digest;
  /** As it was named: the entry that the user meant. */
  readonly entry: ImageEntry;
  /** All entries of that id, among them `entry`. */
  readonly entries: readonly ImageEntry[];
}

/** The registries whose images short names may mean, before any other of that path. */
const USUAL_PREFIXES = ['localhost/', 'docker.io/library/', 'docker.io/'];

/**
 * The image that a name, an id or the start of one means here. Throws ENOIMAGE where there is none, EAMBIGUOUS where
 * several are meant.
 */
export function findImage(world: World, text: string): StoredImage {
  const entries = readEntries(world);
  const found = lookUp(entries, text);
  if (found !== undefined) return found;
  throw noSuchImage(text);
}

/** As `findImage`; `undefined` where there is none. */
export function lookUpImage(world: World, text: string): StoredImage | undefined {
  return lookUp(readEntries(world), text);
}

/** The image with exactly this id, `undefined` where there is none. */
export function imageById(entries: readonly ImageEntry[], id: Digest): StoredImage | undefined {
  const own = entries.filter((entry) => entry.id === id);
  return own[0] === undefined ? undefined : { id, entry: own[0], entries: own };
}

export function lookUp(entries: readonly ImageEntry[], text: string): StoredImage | undefined {
  if (/^sha256:[0-9a-f]{64}$/.test(text)) return imageById(entries, text);
  const name = nameOf(text);
  const named = name === undefined ? undefined : entryNamed(entries, name);
  if (named !== undefined) return { ...imageById(entries, named.id)!, entry: named };
  return byStartOfId(entries, text);
}

function nameOf(text: string): ImageName | undefined {
  try {
    return parseImageName(text);
  } catch {
    return undefined;
  }
}

/** The entry of a name, complete or short; a digest may be that of the manifest or of the index it came from. */
function entryNamed(entries: readonly ImageEntry[], name: ImageName): ImageEntry | undefined {
  const full = formatReference(withDefaultTag(name));
  if (name.digest !== undefined) {
    const having = entries.filter((entry) => hasDigest(entry, name));
    return having.find((entry) => entry.name === full) ?? having[0];
  }
  if (name.registry !== undefined) return entries.find((entry) => entry.name === full);
  for (const prefix of USUAL_PREFIXES) {
    const found = entries.find((entry) => entry.name === prefix + full);
    if (found !== undefined) return found;
  }
  return entries.find((entry) => entry.name?.endsWith(`/${full}`));
}

function hasDigest({ name: own, manifest, index }: ImageEntry, name: ImageName): boolean {
  if (own === undefined || (manifest.digest !== name.digest && index !== name.digest)) return false;
  const repository = repositoryOf(own);
  const wanted = repositoryName(name);
  return name.registry === undefined ? repository.endsWith(`/${wanted}`) : repository === wanted;
}

function byStartOfId(entries: readonly ImageEntry[], text: string): StoredImage | undefined {
  if (!/^[0-9a-f]{3,64}$/.test(text)) return undefined;
  const ids = [...new Set(entries.map(({ id }) => id).filter((id) => id.slice(id.indexOf(':') + 1).startsWith(text)))];
  if (ids.length < 2) return ids[0] === undefined ? undefined : imageById(entries, ids[0]);
  throw new LimpidError({
    code: 'EAMBIGUOUS',
    doing: 'choose',
    subject: `image "${text}"`,
    why: `it is the start of ${ids.map(shortId).join(', ')}`,
  });
}

/** `docker.io/library/alpine` of `docker.io/library/alpine:3.22` and of `…@sha256:…`. */
export function repositoryOf(name: string): string {
  const at = name.indexOf('@');
  if (at >= 0) return name.slice(0, at);
  const colon = name.lastIndexOf(':');
  return colon > name.lastIndexOf('/') ? name.slice(0, colon) : name;
}

/** Names of an image without those by digest, as lists have them. */
export function tagsOf({ entries }: Pick<StoredImage, 'entries'>): string[] {
  return entries.flatMap(({ name }) => (name === undefined || name.includes('@') ? [] : [name]));
}

/** `REPOSITORY@DIGEST` of each of its repositories, by the manifest's digest and the index's. */
export function repositoryDigests(entries: readonly ImageEntry[]): string[] {
  const found = new Set<string>();
  for (const { name, manifest, index } of entries) {
    if (name === undefined) continue;
    for (const digest of [manifest.digest, index])
      if (digest !== undefined) found.add(`${repositoryOf(name)}@${digest}`);
  }
  return [...found].toSorted();
}

/** The twelve digits that lists show. */
export function shortId(id: Digest): string {
  return id.slice(id.indexOf(':') + 1).slice(0, 12);
}

export function noSuchImage(text: string): LimpidError {
  return new LimpidError({
    code: 'ENOIMAGE',
    doing: 'find',
    subject: `image "${text}"`,
    why: 'it is not known here',
    hint: '`limpid images` lists all, `limpid pull` gets another',
  });
}
