import { LimpidError } from '../../base/error.ts';
import type { Digest } from '../../spec/image.ts';
import type { ImageEntry } from '../../store/images/entry.ts';
import { lockEntries, type LockedEntries } from '../../store/images/index-file.ts';
import { withoutNames } from '../../store/images/names.ts';
import { dropUnreferenced, partsOf } from '../../store/images/parts.ts';
import { removeTree } from '../../store/layers/remove-tree.ts';
import { removeContainer } from '../containers/remove.ts';
import type { World } from '../world.ts';
import { lookUp, lookUpImage, noSuchImage, shortId, type StoredImage } from './find.ts';
import { containersByImage } from './in-use.ts';
import { isMounted, unmountImage } from './mount.ts';
import { namingList } from './naming-list.ts';

export interface RemoveImageOptions {
  /** Also with several names, and with the containers that use it, running or not. */
  readonly force?: boolean;
}

export interface RemovedImage {
  readonly untagged: readonly string[];
  /** Id of the image, where with its last name it went itself. */
  readonly deleted?: Digest;
}

// podman's: 1 for an image that is not there, 2 for one that is in use.
const EXIT_NO_IMAGE = 1;
const EXIT_IN_USE = 2;

/**
 * Takes away the name that an image is called by, and with its last name the image: its layers too, as far as no other
 * image has them. Throws ENOIMAGE, EINUSE where a container or a manifest list needs it, ENAMES for an id with several names.
 */
export async function removeImage(
  world: World,
  text: string,
  { force = false }: RemoveImageOptions = {},
): Promise<RemovedImage> {
  if (force) await removeUsers(world, text);
  const { removed, gone } = lockEntries(world, (locked): { removed: RemovedImage; gone: readonly string[] } => {
    const found = lookUp(locked.entries, text);
    if (found === undefined) throw noImageToRemove(text);
    const names = namesToRemove(found, text, force);
    const list = force ? undefined : namingList(world, locked.entries, found);
    if (list !== undefined && names.length === 0) throw namedBy(list, found.id);
    // What a list names stays for it, without a name.
    if (list !== undefined || remainingNames(found, names).length > 0) {
      // The same image may have been stored twice, compressed otherwise: what only this name meant goes too.
      const parts = partsOf(
        world,
        found.entries.filter(({ name }) => name !== undefined && names.includes(name)),
      );
      locked.replace(withoutNames(locked.entries, new Set(names)));
      return { removed: { untagged: names }, gone: dropUnreferenced(world, parts, locked.entries) };
    }
    return { gone: deleteImage(world, locked, found), removed: { untagged: names, deleted: found.id } };
  });
  await removeGone(world, gone);
  return removed;
}

/** What nobody finds any more; a removal that is killed leaves it to `prune`. */
export async function removeGone(world: World, paths: readonly string[]): Promise<void> {
  for (const path of paths) await removeTree(world, path, 'no image has this layer any more');
}

/**
 * Under the store's lock: out of the index first, and back into it where a container was just made of the image. Answers
 * the directories that are left to be removed. Throws EINUSE.
 */
export function deleteImage(world: World, locked: LockedEntries, { id }: StoredImage): string[] {
  refuseUsed(world, id);
  const { entries } = locked;
  const parts = partsOf(
    world,
    entries.filter((entry) => entry.id === id),
  );
  locked.replace(entries.filter((entry) => entry.id !== id));
  try {
    // Whoever makes a container writes its record, then looks whether the index is as it was: one of us sees the other.
    refuseUsed(world, id);
  } catch (error) {
    locked.replace(entries);
    throw error;
  }
  return dropUnreferenced(world, parts, locked.entries);
}

function namesToRemove({ id, entry, entries }: StoredImage, text: string, force: boolean): string[] {
  const names = entries.flatMap(({ name }) => name ?? []);
  const isById = id === text || id.slice(id.indexOf(':') + 1).startsWith(text);
  const isByName = entry.name !== undefined && !(isById && !entry.name.includes(text));
  if (isByName) return [entry.name!];
  if (names.length < 2 || force) return names;
  throw new LimpidError({
    code: 'ENAMES',
    doing: 'remove',
    subject: `image "${text}"`,
    why: `it has several names: ${names.join(', ')}`,
    hint: 'remove it by a name, or all of them with --force',
    exitCode: EXIT_IN_USE,
  });
}

function remainingNames({ entries }: StoredImage, removed: readonly string[]): string[] {
  return entries.flatMap(({ name }) => (name === undefined || removed.includes(name) ? [] : [name]));
}

function refuseUsed(world: World, id: Digest): void {
  const [user] = containersByImage(world).get(id) ?? [];
  if (user !== undefined)
    throw inUse(id, `container "${user.config.name}" needs it`, 'remove that first, or use --force');
  if (isMounted(world, id)) throw inUse(id, 'it is mounted', '`limpid image unmount` first, or use --force');
}

function namedBy(list: ImageEntry, id: Digest): LimpidError {
  const why = `manifest list "${list.name ?? shortId(list.id)}" names it`;
  return inUse(id, why, 'remove that first, or use --force');
}

function inUse(id: Digest, why: string, hint: string): LimpidError {
  const subject = `image "${shortId(id)}"`;
  return new LimpidError({ code: 'EINUSE', doing: 'remove', subject, why, hint, exitCode: EXIT_IN_USE });
}

/** With force: the containers that need the image, where it would go with this name. */
async function removeUsers(world: World, text: string): Promise<void> {
  const found = lookUpImage(world, text);
  if (found === undefined || remainingNames(found, namesToRemove(found, text, true)).length > 0) return;
  for (const { config } of containersByImage(world).get(found.id) ?? []) {
    await removeContainer(world, config.id, { force: true }).catch(unlessGone);
  }
  await unmountImage(world, found.id, { force: true });
}

function unlessGone(error: unknown): void {
  if (!(error instanceof LimpidError) || error.code !== 'ENOCONTAINER') throw error;
}

function noImageToRemove(text: string): LimpidError {
  const { code, doing, subject } = noSuchImage(text);
  const parts = { code, doing, why: 'it is not known here', exitCode: EXIT_NO_IMAGE };
  return new LimpidError(subject === undefined ? parts : { ...parts, subject });
}
