import { LimpidError } from '../../base/error.ts';
import { listDirectory, removeFile } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';
import type { Digest } from '../../spec/image.ts';
import { lockEntries } from '../../store/images/index-file.ts';
import { dropUnreferenced, GONE } from '../../store/images/parts.ts';
import { ownStore } from '../../store/images/store-use.ts';
import { tryLockLayer } from '../../store/layers/layer-lock.ts';
import { removeTree } from '../../store/layers/remove-tree.ts';
import { imagesDirectory, stagingDirectory } from '../../store/place.ts';
import type { World } from '../world.ts';
import { tagsOf, type StoredImage } from './find.ts';
import { containersByImage } from './in-use.ts';
import { listImages } from './list.ts';
import { isList } from './manifest-list.ts';
import { namingList } from './naming-list.ts';
import { deleteImage, removeGone } from './remove.ts';
import { clearMounted, MOUNTED } from './with-mounted-layers.ts';

export interface PruneImagesOptions {
  /** Not only those without a name: all that no container needs. */
  readonly all?: boolean;
  /** May spare some. */
  readonly wants?: (image: StoredImage) => boolean;
}

export interface PrunedImages {
  /** Ids of the removed images. */
  readonly removed: readonly Digest[];
  /** What images are on their way keeps: nobody knows yet what they need. */
  readonly leavings: 'removed' | 'kept';
}

/** Removes images that nobody needs, and what nothing refers to: layers of killed pulls, half a download. */
export async function pruneImages(
  world: World,
  { all = false, wants = () => true }: PruneImagesOptions = {},
): Promise<PrunedImages> {
  const removed: Digest[] = [];
  const gone = lockEntries(world, (locked) => {
    const users = containersByImage(world);
    const isIdle = (image: StoredImage) => !users.has(image.id) && (all || tagsOf(image).length === 0);
    const images = listImages(world, locked.entries);
    // Lists first: what they name is free then.
    const listsFirst = [
      ...images.filter(({ entry }) => isList(entry)),
      ...images.filter(({ entry }) => !isList(entry)),
    ];
    return listsFirst
      .filter((image) => isIdle(image) && isUnnamed(image, all) && wants(image))
      .flatMap((image) => {
        if (namingList(world, locked.entries, image) !== undefined) return [];
        try {
          const paths = deleteImage(world, locked, image);
          removed.push(image.id);
          return paths;
        } catch (error) {
          // A container was just made of it, or it is mounted.
          if (error instanceof LimpidError && error.code === 'EINUSE') return [];
          throw error;
        }
      });
  });
  await removeGone(world, gone);
  return { removed, leavings: await pruneLeavings(world) };
}

/** One that was pulled by digest has a name too. */
function isUnnamed({ entries }: StoredImage, all: boolean): boolean {
  return all || entries.every(({ name }) => name === undefined);
}

/** What nothing refers to, unless images are on their way just now. */
export async function pruneLeavings(world: World): Promise<'removed' | 'kept'> {
  const use = ownStore(world);
  if (use === undefined) return 'kept';
  try {
    const gone = lockEntries(world, ({ entries }) => dropUnreferenced(world, partsOnDisk(world), entries));
    await removeGone(world, gone);
    await sweepStaging(world);
    return 'removed';
  } finally {
    use.release();
  }
}

/** All blobs and layers that there are. */
function partsOnDisk(world: World): { blobs: Set<Digest>; diffIds: Set<Digest> } {
  const blobs = `${imagesDirectory(world)}/blobs`;
  const digests = listDirectory(blobs).flatMap((algorithm) =>
    listDirectory(`${blobs}/${algorithm}`).map((hex) => `${algorithm}:${hex}`),
  );
  const layers = listDirectory(`${world.root}/layers`).filter((name) => /^[0-9a-f]{64}$/.test(name));
  return { blobs: new Set(digests), diffIds: new Set(layers.map((hex) => `sha256:${hex}`)) };
}

/** For who holds the store alone: what lies aside belongs to commands that were killed. */
async function sweepStaging(world: World): Promise<void> {
  const directory = stagingDirectory(world);
  for (const name of listDirectory(directory)) {
    const path = `${directory}/${name}`;
    if (statPath(path, { followLinks: false })?.kind !== 'directory') removeFile(path);
    else if (name.startsWith(MOUNTED)) await clearMounted(world, path);
    else if (name.startsWith(GONE) && isAtWork(name)) continue;
    else if (name.startsWith(GONE)) await removeTree(world, path, 'left by a command that was killed');
    else await sweepLayer(world, name, path);
  }
}

/** Whether who took it out of the store, whose pid is the end of the name, may still be removing it. */
function isAtWork(name: string): boolean {
  return statPath(`/proc/${name.slice(name.lastIndexOf('-') + 1)}`) !== undefined;
}

/** A layer may be made without an image on its way: by a commit that is not that far yet. */
async function sweepLayer(world: World, name: string, path: string): Promise<void> {
  const hex = /^layer-([0-9a-f]{64})$/.exec(name)?.[1];
  const lock = hex === undefined ? undefined : tryLockLayer(world, `sha256:${hex}`);
  if (lock === 'busy') return;
  await removeTree(world, path, 'left by a command that was killed');
  lock?.release();
}
