import { listDirectory, makeDirectories, renamePath } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';
import { GONE } from '../../store/images/parts.ts';
import { removeTree } from '../../store/layers/remove-tree.ts';
import { stagingDirectory } from '../../store/place.ts';
import { listRecords } from '../records/read.ts';
import type { World } from '../world.ts';

/** Removes the named volumes that no container has, running or not. Answers their names. */
export async function pruneVolumes(world: World): Promise<string[]> {
  const directory = `${world.root}/volumes`;
  const used = usedVolumes(world);
  const idle = listDirectory(directory).filter((name) => !used.has(name));
  if (idle.length === 0) return [];
  makeDirectories(stagingDirectory(world), 0o700);
  const aside = idle.toSorted().map((name) => {
    // What is left of it by a kill is any prune's to remove.
    const path = `${stagingDirectory(world)}/${GONE}volume-${crypto.randomUUID()}-${process.pid}`;
    renamePath(`${directory}/${name}`, path);
    return { name, path };
  });
  // A container may have been made with one since. Where it has begun another already, this one was gone before.
  const usedNow = usedVolumes(world);
  const removed: string[] = [];
  for (const { name, path } of aside) {
    const isWanted = usedNow.has(name) && statPath(`${directory}/${name}`) === undefined;
    if (isWanted) renamePath(path, `${directory}/${name}`);
    else removed.push(name);
    if (!isWanted) await removeTree(world, path, 'no container has this volume');
  }
  return removed;
}

function usedVolumes(world: World): Set<string> {
  const names = new Set<string>();
  for (const { config } of listRecords(world))
    for (const { type, source } of config.mounts) if (type === 'volume' && source) names.add(source);
  return names;
}
