import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/file-status.ts';
import { findRecord } from '../records/read.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';
import { changesBetween, isCopyOf, isLike, type Change } from './changes-between.ts';
import { findImage, lookUpImage } from './find.ts';
import { emptyLayer, imageLayers } from './image-config.ts';
import { ownFiles, WAYS } from './own-files.ts';

/** Layers, topmost first, and what in them is the engine's own and no change. */
interface Tree {
  readonly layers: readonly string[];
  readonly isOwn: (path: string) => boolean;
  readonly ways: ReadonlySet<string>;
}

const NO_WAYS: ReadonlySet<string> = new Set();

/** What a container has changed of its layers, by its upper layer alone. Throws ENOCONTAINER. */
export async function diffContainer(world: World, reference: string): Promise<Change[]> {
  const { layers, isOwn, ways } = await containerTree(world, reference);
  return changesBetween(belowTop(layers), layers, { isOwn, ways, isSame: isCopyOf });
}

/** What an image's topmost layer changes of those below. Throws ENOIMAGE. */
export function diffImage(world: World, text: string): Change[] {
  const layers = imageLayers(world, findImage(world, text).id);
  return changesBetween(belowTop(layers), layers, { isOwn: () => false, ways: NO_WAYS, isSame: isCopyOf });
}

/** What one container or image has otherwise than another; layers that both have are not looked into. */
export async function diffBetween(world: World, reference: string, other: string): Promise<Change[]> {
  const [to, from] = [await treeOf(world, reference), await treeOf(world, other)];
  const isOwn = (path: string) => to.isOwn(path) || from.isOwn(path);
  const ways = new Set([...to.ways, ...from.ways]);
  return changesBetween(from.layers, to.layers, { isOwn, ways, isSame: isLike });
}

/** A container's, else an image's. Throws ENOCONTAINER where it is neither. */
async function treeOf(world: World, reference: string): Promise<Tree> {
  try {
    return await containerTree(world, reference);
  } catch (error) {
    if (!(error instanceof LimpidError) || error.code !== 'ENOCONTAINER') throw error;
    const image = lookUpImage(world, reference);
    if (image === undefined) throw error;
    return { layers: imageLayers(world, image.id), isOwn: () => false, ways: NO_WAYS };
  }
}

async function containerTree(world: World, reference: string): Promise<Tree> {
  const { config, paths } = findRecord(world, reference);
  const lower = await resolveRootfs(world, config.rootfs);
  const upper = statPath(paths.upper) === undefined ? emptyLayer(world) : paths.upper;
  return { layers: [upper, ...lower], isOwn: ownFiles(config), ways: WAYS };
}

function belowTop(layers: readonly string[]): readonly string[] {
  return layers.slice(1);
}
