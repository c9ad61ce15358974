import { statPath } from '../kernel/file-status.ts';
import { listDirectory } from '../kernel/files.ts';
import { findContainer } from './container-record.ts';
import type { RuntimeWorld } from './runtime-world.ts';
import { type StateDocument, stateOf } from './state.ts';

/** The state of every container below the root, by id; one that is being removed is left out. */
export function listContainers(world: RuntimeWorld): StateDocument[] {
  const ids = listDirectory(world.root).filter((id) => statPath(`${world.root}/${id}/state.json`) !== undefined);
  return ids.toSorted().map((id) => stateOf(world, findContainer(world, id)));
}
