import { LimpidError } from '../../base/error.ts';
import {
  makeDirectories,
  makeDirectory,
  removeEmptyDirectory,
  removeFile,
  renamePath,
  syncDirectory,
  writeFile,
} from '../../kernel/files.ts';
import { tryLock, type Lock } from '../../kernel/locks.ts';
import type { ContainerConfig } from '../config.ts';
import type { World } from '../world.ts';
import { randomName } from '../names.ts';
import { claimName, releaseName } from './names.ts';
import { containerPaths, type ContainerPaths } from './paths.ts';
import { readRecord, recordExists, type ContainerRecord } from './read.ts';
import { observeState } from './state.ts';

export interface NewRecord extends ContainerRecord {
  readonly lock: Lock;
}

/**
 * Makes a container's record: its runtime directory and lock, the claim of its name, then the config by one rename.
 * Killed before that rename, nothing has happened that the next claimer of the name or `ps` does not sweep.
 * Throws ENAMEINUSE naming the holder. The caller holds the lock until it releases it.
 */
export function createRecord(world: World, wanted: ContainerConfig): NewRecord {
  const paths = containerPaths(world, wanted.id, wanted.autoRemove);
  makeDirectories(`${world.runroot}/containers`, 0o711);
  makeDirectories(`${world.root}/containers`, 0o711);
  makeDirectory(paths.runtime, 0o700);
  const lock = tryLock(paths.lock);
  if (lock === 'busy' || lock === 'absent') throw busyContainer(wanted.name);
  let config = wanted;
  try {
    config = claimConfig(world, wanted);
    makeDirectory(paths.storage, 0o711);
    writeConfig(world, paths, config);
  } catch (error) {
    releaseName(world, config.name, config.id);
    removeFile(`${paths.config}.tmp`);
    removeEmptyDirectory(paths.storage);
    abandon(paths, lock);
    throw error;
  }
  return { config, paths, lock };
}

/** The config under a name that is its own from now on: the wanted one, or another where nobody chose it. */
function claimConfig(world: World, wanted: ContainerConfig): ContainerConfig {
  for (let config = wanted, attempt = 1; ; attempt++) {
    const { holder } = claimName(world, config.name, config.id);
    if (holder === undefined) return config;
    if (!config.nameIsRandom) throw nameInUse(world, config.name, holder);
    // Where most names are taken, a part of the id makes one that is not.
    const suffix = attempt < 4 ? '' : `_${config.id.slice(0, 2 * attempt)}`;
    config = { ...config, name: randomName() + suffix };
  }
}

function abandon(paths: ContainerPaths, lock: Lock): void {
  removeFile(paths.lock);
  removeEmptyDirectory(paths.runtime);
  lock.release();
}

/** What only one container has comes first, and its id: so native/again_exec.c finds them. */
function configText(config: ContainerConfig): string {
  const { name, created } = config;
  return JSON.stringify(Object.assign({ name, created }, config));
}

/** Replaces a config by rename; on disk it is synced, with its directory, before this returns. */
export function writeConfig(world: World, paths: ContainerPaths, config: ContainerConfig): void {
  const durable = !config.autoRemove;
  const aside = `${paths.config}.tmp`;
  writeFile(aside, configText(config), { mode: 0o600, sync: durable });
  renamePath(aside, paths.config);
  if (durable) {
    syncDirectory(paths.record);
    syncDirectory(`${world.root}/containers`);
  }
}

/**
 * Takes the lock of whoever starts, supervises or removes a container: a running container's monitor holds it.
 * Answers the record as it is under the lock, and `undefined` where somebody else has it.
 */
export function lockRecord(world: World, { config, paths }: ContainerRecord): NewRecord | undefined {
  makeDirectories(paths.runtime, 0o700);
  const lock = tryLock(paths.lock);
  if (lock === 'busy' || lock === 'absent') return undefined;
  const record = readRecord(world, config.id);
  if (record !== undefined) return { ...record, lock };
  abandon(paths, lock);
  return undefined;
}

/** How long `lockIdleRecord` waits for a lock that others hold while nothing runs. */
export const LOCK_PATIENCE_MS = 2000;
const LOCK_LOOK_MS = 2;

/**
 * Like `lockRecord` for a container that does not run: waits, at most two seconds, for a monitor that is just
 * leaving or a command that is just finishing. `undefined` when it runs, is gone, or stays taken.
 */
export async function lockIdleRecord(world: World, record: ContainerRecord): Promise<NewRecord | undefined> {
  for (let waitedMs = 0; ; waitedMs += LOCK_LOOK_MS) {
    const locked = lockRecord(world, record);
    if (locked !== undefined) return locked;
    const isOver = waitedMs >= LOCK_PATIENCE_MS || !recordExists(world, record.config.id);
    if (isOver || observeState(world, record).process !== undefined) return undefined;
    await Bun.sleep(LOCK_LOOK_MS);
  }
}

export function busyContainer(name: string): LimpidError {
  return new LimpidError({
    code: 'EBUSY',
    doing: 'change',
    subject: `container "${name}"`,
    why: 'another limpid command is at work on it',
    hint: 'try again when that one has finished',
  });
}

function nameInUse(world: World, name: string, holder: string): LimpidError {
  const known = recordExists(world, holder) ? `container ${holder.slice(0, 12)}` : 'a container being created';
  return new LimpidError({
    code: 'ENAMEINUSE',
    doing: 'create',
    subject: `container "${name}"`,
    why: `the name is in use by ${known}`,
    hint: 'choose another --name, remove that container, or pass --replace',
  });
}
