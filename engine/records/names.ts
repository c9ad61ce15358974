import {
  listDirectory,
  makeDirectories,
  makeSymlink,
  readSymlink,
  readText,
  removeEmptyDirectory,
  removeFile,
  renamePath,
  statPath,
} from '../../kernel/files.ts';
import { tryLock, waitLock } from '../../kernel/locks.ts';
import type { ContainerConfig } from '../config.ts';
import type { World } from '../world.ts';
import { containerPaths, nameClaim, namesDirectory } from './paths.ts';
import { recordExists } from './read.ts';

/**
 * Claims a name for an id: one symlink(2), which the kernel grants to one of many. Answers the id of the
 * holder when it is taken. A claim whose creator died before it committed a record is taken over.
 */
export function claimName(world: World, name: string, id: string): { readonly holder?: string } {
  const path = nameClaim(world, name);
  ensureNames(world);
  if (makeSymlink(path, id)) return {};
  const holder = readSymlink(path);
  if (holder !== undefined && isHeld(world, holder)) return { holder };
  return takeOver(world, name, id);
}

export function releaseName(world: World, name: string, id: string): void {
  if (readSymlink(nameClaim(world, name)) === id) removeFile(nameClaim(world, name));
}

/** Id behind a name, `undefined` where nobody claims it. */
export function idOfName(world: World, name: string): string | undefined {
  ensureNames(world);
  return readSymlink(nameClaim(world, name));
}

/** A claim counts while its container has a record, or while its creator, who holds the lock, is at work. */
function isHeld(world: World, id: string): boolean {
  if (recordExists(world, id)) return true;
  const lock = tryLock(containerPaths(world, id, false).lock);
  if (lock === 'busy') return true;
  if (lock !== 'absent') lock.release();
  // The creator may have committed and left between the two looks.
  return recordExists(world, id);
}

function takeOver(world: World, name: string, id: string): { readonly holder?: string } {
  const path = nameClaim(world, name);
  // Without this lock, the slower of two would remove the claim that the faster has just made.
  const lock = waitLock(`${world.runroot}/names.lock`);
  try {
    const holder = readSymlink(path);
    if (holder !== undefined && isHeld(world, holder)) return { holder };
    removeFile(path);
    return makeSymlink(path, id) ? {} : { holder: readSymlink(path) ?? '' };
  } finally {
    if (lock !== 'absent') lock.release();
  }
}

/**
 * The claims live where a reboot forgets them; the first command afterwards makes them again from the
 * durable records, aside, and one rename makes them all visible.
 */
function ensureNames(world: World): void {
  const names = namesDirectory(world);
  if (statPath(names) !== undefined) return;
  const aside = `${names}.${Bun.randomUUIDv7()}`;
  makeDirectories(aside, 0o755);
  for (const id of listDirectory(`${world.root}/containers`)) {
    const text = readText(containerPaths(world, id, false).config);
    if (text !== undefined) makeSymlink(`${aside}/${(JSON.parse(text) as ContainerConfig).name}`, id);
  }
  try {
    renamePath(aside, names);
  } catch (error) {
    // Somebody else was first, with the same content.
    for (const name of listDirectory(aside)) removeFile(`${aside}/${name}`);
    removeEmptyDirectory(aside);
    if (statPath(names) === undefined) throw error;
  }
}
