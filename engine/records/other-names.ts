import { countEntries } from '../../kernel/count-entries.ts';
import type { World } from '../world.ts';
import { namesDirectory } from './paths.ts';
import type { ContainerRecord } from './record.ts';

/** Whether names may be claimed that are not these containers': by their number, without reading one. */
export function holdsOtherNames(world: World, containers: readonly ContainerRecord[]): boolean {
  const claims = countEntries(namesDirectory(world));
  return claims > 0 && claims !== containers.length;
}
