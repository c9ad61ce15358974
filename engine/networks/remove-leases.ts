import { listDirectory, removeEmptyDirectory, removeFile } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';
import { listLeases, releaseLeasesOf } from '../../network/leases/sweep.ts';
import { leasesDirectory } from '../../network/store/place.ts';
import type { World } from '../world.ts';

/** Forgets who had which address of a network that is gone. */
export function removeTree(world: World, network: string): void {
  const directory = leasesDirectory(world, network);
  if (statPath(directory) === undefined) return;
  for (const name of listDirectory(directory)) removeFile(`${directory}/${name}`);
  removeEmptyDirectory(directory);
}

/** Gives back whatever a container has on any network: it is gone. */
export function releaseAllLeases(world: World, id: string): void {
  for (const network of listDirectory(leasesDirectory(world, ''))) releaseLeasesOf(world, network, id);
}

/** Gives back what belongs to no container that there is. */
export function releaseStrayLeases(world: World, ids: ReadonlySet<string>): void {
  for (const network of listDirectory(leasesDirectory(world, ''))) {
    const strays = listLeases(world, network).filter(({ holder }) => !ids.has(holder));
    for (const { holder } of strays) releaseLeasesOf(world, network, holder);
  }
}
