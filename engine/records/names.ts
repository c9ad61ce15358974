import { pathExists } from '../../kernel/file-status.ts';
import {
  listDirectory,
  makeDirectories,
  makeDirectory,
  makeSymlink,
  readSymlink,
  readText,
  removeFile,
  renamePath,
} from '../../kernel/files.ts';
import { tryLock, waitLock } from '../../kernel/locks.ts';
import type { ContainerConfig } from '../config.ts';
import type { World } from '../world.ts';
import { containerPaths, nameClaim, namesDirectory } from './paths.ts';
import { isCutShort } from './cut-short.ts';
import { readRecord, recordExists, type ContainerRecord } from './record.ts';
import { observeState } from './state.ts';

/**
 * Claims a name for an id: one symlink(2), which the kernel grants to one of many. Answers the id of the
 * holder when it is taken. A claim whose creator died before it committed a record is taken over.
 */
export function claimName(world: World, name: string, id: string): { readonly holder?: string } {
  const path = nameClaim(world, name);
  ensureNames(world);
  if (makeSymlink(path, id)) return {};
  const holder = readSymlink(path);
  if (holder !== undefined && isHeld(world, name, holder)) return { holder };
  return underNamesLock(world, () => takeOver(world, name, id));
}

/**
 * Gives a container another name: claims it, lets `commit` write it down, releases the old one. Killed in between, the
 * container is found by both, and the one that its record does not say is free for others.
 */
export function moveName(
  world: World,
  { from, to, id }: { readonly from: string; readonly to: string; readonly id: string },
  commit: () => void,
): { readonly holder?: string } {
  ensureNames(world);
  // Whoever finds the new claim while the record still says the old name waits here for what becomes of it.
  return underNamesLock(world, () => {
    const { holder } = takeOver(world, to, id);
    if (holder !== undefined) return { holder };
    try {
      commit();
    } finally {
      releaseName(world, readRecord(world, id)?.config.name === to ? from : to, id);
    }
    return {};
  });
}

export function releaseName(world: World, name: string, id: string): void {
  if (readSymlink(nameClaim(world, name)) === id) removeFile(nameClaim(world, name));
}

/**
 * Removes the claims of ids that are not among these: their containers are gone, or were never committed. Names in the
 * records just read are not looked at.
 */
export function sweepNames(world: World, ids: ReadonlySet<string>, recorded: readonly ContainerRecord[] = []): void {
  const known = new Set(recorded.map(({ config }) => config.name));
  const isStale = (name: string): boolean => {
    if (known.has(name)) return false;
    const holder = readSymlink(nameClaim(world, name));
    return holder !== undefined && !ids.has(holder);
  };
  const stale = listDirectory(namesDirectory(world)).filter(isStale);
  if (stale.length === 0) return;
  underNamesLock(world, () => {
    for (const name of stale) {
      const holder = readSymlink(nameClaim(world, name));
      if (holder !== undefined && !isHeld(world, name, holder)) removeFile(nameClaim(world, name));
    }
  });
}

/** Id behind a name, `undefined` where nobody claims it. */
export function idOfName(world: World, name: string): string | undefined {
  const id = readSymlink(nameClaim(world, name));
  if (id !== undefined) return id;
  ensureNames(world);
  return readSymlink(nameClaim(world, name));
}

/** A claim counts while its container's record says that name, or while its creator, who holds the lock, is at work. */
function isHeld(world: World, name: string, id: string): boolean {
  try {
    const record = readRecord(world, id);
    if (record !== undefined)
      return record.config.name === name && !isCutShort(record, () => observeState(world, record).status);
  } catch {
    // A damaged record no longer says its name: what it had claimed stays its own until it is removed.
    return true;
  }
  const lock = tryLock(containerPaths(world, id, false).lock);
  if (lock === 'busy') return true;
  if (lock !== 'absent') lock.release();
  // The creator may have committed and left between the two looks.
  return recordExists(world, id);
}

/** For who holds the lock of names: without it, the slower of two would remove the claim that the faster has just made. */
function takeOver(world: World, name: string, id: string): { readonly holder?: string } {
  const path = nameClaim(world, name);
  const holder = readSymlink(path);
  if (holder !== undefined && isHeld(world, name, holder)) return { holder };
  removeFile(path);
  return makeSymlink(path, id) ? {} : { holder: readSymlink(path) ?? '' };
}

function underNamesLock<T>(world: World, act: () => T): T {
  const lock = waitLock(`${world.runroot}/names.lock`);
  try {
    return act();
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
  if (pathExists(names)) return;
  makeDirectories(world.runroot, 0o755);
  underNamesLock(world, () => {
    // Somebody else may have been first.
    if (!pathExists(names)) rebuildNames(world, names);
  });
}

/** For who holds the lock of names: what lies aside belongs to a command that was killed. */
function rebuildNames(world: World, names: string): void {
  const aside = `${names}.new`;
  makeDirectory(aside, 0o755);
  for (const stale of listDirectory(aside)) removeFile(`${aside}/${stale}`);
  for (const id of listDirectory(`${world.root}/containers`)) {
    const name = recordedName(containerPaths(world, id, false).config);
    if (name !== undefined) makeSymlink(`${aside}/${name}`, id);
  }
  renamePath(aside, names);
}

/** A damaged record has no name; the command that gives its id tells what is wrong. */
function recordedName(path: string): string | undefined {
  try {
    const text = readText(path);
    return text === undefined ? undefined : (JSON.parse(text) as ContainerConfig).name;
  } catch {
    return undefined;
  }
}
