import { LimpidError } from '../../base/error.ts';
import { moveName } from '../records/names.ts';
import { findRecord, readRecord, VALID_NAME, type ContainerRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import { busyContainer, lockRecord, writeConfig } from '../records/write.ts';
import type { World } from '../world.ts';

/**
 * Gives a container, running or not, another name. Answers the record as it was.
 * Throws ENOCONTAINER, EOPTION, ENAMEINUSE, EBUSY.
 */
export function renameContainer(world: World, reference: string, name: string): ContainerRecord {
  if (!VALID_NAME.test(name)) {
    throw refusal(
      'EOPTION',
      reference,
      `"${name}" is no name`,
      'at most 255 letters, digits, "_", "." and "-", a letter or digit first',
    );
  }
  const record = findRecord(world, reference);
  const { config } = record;
  if (config.name === name) return record;
  // A running container's monitor holds its lock, and reads no config.
  if (observeState(world, record).process !== undefined) {
    if (config.autoRemove) {
      throw refusal(
        'ERUNNING',
        config.name,
        'it was started with --rm, and goes by the name it was started with',
        'name it at its start',
      );
    }
    rename(world, record, name);
    return record;
  }
  const locked = lockRecord(world, record);
  if (locked === undefined) throw busyContainer(config.name);
  try {
    rename(world, locked, name);
  } finally {
    locked.lock.release();
  }
  return record;
}

function rename(world: World, { config: { id, name: from }, paths }: ContainerRecord, to: string): void {
  const { holder } = moveName(world, { from, to, id }, () => {
    // Under the lock of names: another rename may have been faster.
    const current = readRecord(world, id);
    if (current?.config.name !== from) throw busyContainer(from);
    writeConfig(world, paths, { ...current.config, name: to });
  });
  if (holder !== undefined) {
    throw refusal(
      'ENAMEINUSE',
      from,
      `the name "${to}" is in use by container ${holder.slice(0, 12)}`,
      'choose another, or remove that container',
    );
  }
}

function refusal(code: string, name: string, why: string, hint: string): LimpidError {
  return new LimpidError({ code, doing: 'rename', subject: `container "${name}"`, why, hint });
}
