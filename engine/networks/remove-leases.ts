import { listDirectory, removeEmptyDirectory, removeFile } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';
import { releaseLeasesOf, sweepLeases } from '../../network/leases/sweep.ts';
import { leasesDirectory } from '../../network/store/place.ts';
import type { World } from '../world.ts';
import { ifDead } from './alive.ts';

/** Forgets who had which address of a network that is gone. */
export function forgetLeases(world: World, network: string): void {
  const directory = leasesDirectory(world, network);
  if (statPath(directory) === undefined) return;
  for (const name of listDirectory(directory)) removeFile(`${directory}/${name}`);
  removeEmptyDirectory(directory);
}

/** Gives back whatever a container has on any network: it is gone. */
export function releaseAllLeases(world: World, id: string): void {
  for (const network of listDirectory(leasesDirectory(world, ''))) releaseLeasesOf(world, network, id);
}

/** Gives back what no living container has, of all networks. */
export function sweepAllLeases(world: World): void {
  for (const network of listDirectory(leasesDirectory(world, ''))) sweepLeases(world, network, ifDead(world));
}
