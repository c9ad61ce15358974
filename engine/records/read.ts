import { LimpidError } from '../../base/error.ts';
import type { World } from '../world.ts';
import { listIds, listRecords } from './list.ts';
import { idOfName } from './names.ts';
import { readRecord, recordExists, type ContainerRecord } from './record.ts';

export { listIds, listRecords } from './list.ts';
export { readRecord, recordExists, type ContainerRecord } from './record.ts';

/**
 * The container that a user means by a name, a full id or the unique start of one.
 * Throws ENOCONTAINER where none is meant, EAMBIGUOUS where several are, ERECORD where its record is damaged.
 */
export function findRecord(world: World, reference: string): ContainerRecord {
  const named = nameHolder(world, reference);
  const record = named === undefined ? undefined : readRecord(world, named);
  if (record !== undefined) return record;
  const id = recordedId(world, reference);
  const found = readRecord(world, id);
  if (found !== undefined) return found;
  throw noSuchContainer(reference);
}

/** As `findRecord`, of a record that may be damaged. */
export function recordedId(world: World, reference: string): string {
  const named = nameHolder(world, reference);
  if (named !== undefined && recordExists(world, named)) return named;
  const ids = /^[0-9a-f]{1,64}$/.test(reference) ? matchingIds(world, reference) : [];
  if (ids.length > 1) {
    const shown = ids.map((id) => id.slice(0, 12)).join(', ');
    throw new LimpidError({
      code: 'EAMBIGUOUS',
      doing: 'choose',
      subject: `container "${reference}"`,
      why: `it is the start of ${shown}`,
    });
  }
  if (ids.length === 1) return ids[0]!;
  // A monitor that was killed while it removed a --rm container had freed its name already.
  const nameless = listRecords(world).find(({ config }) => config.name === reference);
  if (nameless !== undefined) return nameless.config.id;
  throw noSuchContainer(reference);
}

function nameHolder(world: World, reference: string): string | undefined {
  return VALID_NAME.test(reference) ? idOfName(world, reference) : undefined;
}

/** What a container may be called: podman's rule, and what a symlink, the claim of it, can be called. */
export const VALID_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,254}$/;

export function noSuchContainer(reference: string): LimpidError {
  return new LimpidError({
    code: 'ENOCONTAINER',
    doing: 'find',
    subject: `container "${reference}"`,
    why: 'there is no such container',
    hint: '`limpid ps -a` lists all',
  });
}

function matchingIds(world: World, start: string): string[] {
  return listIds(world).filter((id) => id.startsWith(start) && recordExists(world, id));
}
