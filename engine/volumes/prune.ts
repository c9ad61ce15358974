import { listDirectory, makeDirectories, moveIfThere, renamePath } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';
import { GONE } from '../../store/images/parts.ts';
import { removeTree } from '../../store/layers/remove-tree.ts';
import { stagingDirectory } from '../../store/place.ts';
import type { World } from '../world.ts';
import { IN_THE_MAKING, listVolumes, volumesDirectory, volumeUsers, type Volume } from './list.ts';

/** Removes the named volumes that no container has, running or not. Answers their names. */
export async function pruneVolumes(world: World, wanted: (volume: Volume) => boolean = () => true): Promise<string[]> {
  await sweepHalfMade(world);
  const idle = listVolumes(world).filter((volume) => volume.users.length === 0 && wanted(volume));
  return idle.length === 0
    ? []
    : removeIdleVolumes(
        world,
        idle.map(({ name }) => name),
      );
}

/** Removes volumes that no container has; one that a container has by now is left. Answers the names of the removed. */
export async function removeIdleVolumes(world: World, names: readonly string[]): Promise<string[]> {
  const directory = volumesDirectory(world);
  makeDirectories(stagingDirectory(world), 0o700);
  const aside = names.flatMap((name) => {
    // What is left of it by a kill is any prune's to remove.
    const path = `${stagingDirectory(world)}/${GONE}volume-${crypto.randomUUID()}-${process.pid}`;
    return moveIfThere(`${directory}/${name}`, path) ? [{ name, path }] : [];
  });
  // A container may have been made with one since. Where it has begun another already, this one was gone before.
  const usedNow = volumeUsers(world);
  const removed: string[] = [];
  for (const { name, path } of aside) {
    const isWanted = usedNow.has(name) && statPath(`${directory}/${name}`) === undefined;
    if (isWanted) renamePath(path, `${directory}/${name}`);
    else removed.push(name);
    if (!isWanted) await removeTree(world, path, 'no container has this volume');
  }
  return removed;
}

/** What a `volume create` left that was killed. */
async function sweepHalfMade(world: World): Promise<void> {
  const directory = volumesDirectory(world);
  for (const name of listDirectory(directory)) {
    if (!name.startsWith(IN_THE_MAKING)) continue;
    const pid = Number.parseInt(name.slice(IN_THE_MAKING.length), 10);
    if (statPath(`/proc/${pid}`) === undefined)
      await removeTree(world, `${directory}/${name}`, 'left by a command that was killed');
  }
}
