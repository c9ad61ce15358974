import type { Digest } from '../../spec/image.ts';
import type { World } from '../world.ts';
import { checkStore, type CheckOptions, type CheckReport } from './check.ts';
import { commitContainer, type CommitOptions } from './commit.ts';
import type { Change } from './changes-between.ts';
import { diffBetween, diffContainer, diffImage } from './diff.ts';
import { diskUsage, type DiskUsage } from './disk-usage.ts';
import { imageExists } from './exists.ts';
import { findImage, type StoredImage } from './find.ts';
import { imageHistory, type HistoryStep } from './history.ts';
import { importImage, type ImportFrom, type ImportOptions } from './import.ts';
import { inspectImage, type ImageInspect } from './inspect.ts';
import { listImages } from './list.ts';
import { loadImages, type LoadedImage, type LoadFrom, type LoadOptions } from './load.ts';
import { mountedImages, mountImage, unmountImage, type MountedImage } from './mount.ts';
import { pruneImages, type PrunedImages, type PruneImagesOptions } from './prune.ts';
import { pullImage, type PulledImage, type PullOptions } from './pull.ts';
import { pushImage, type PushOptions } from './push.ts';
import { removeImage, type RemovedImage, type RemoveImageOptions } from './remove.ts';
import { saveImages, type SaveOptions } from './save.ts';
import { tagImage, untagImage } from './tag.ts';
import { imageTree, type ImageTree } from './tree.ts';

/** `engine.images`: an image is named by a name, complete or short, its id, or the unique start of one. */
export class Images {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  /** From a registry, or by `oci:`, `docker-archive:` and the like. One answer, or with `allTags` several. */
  pull(name: string, options: PullOptions = {}): Promise<PulledImage[]> {
    return pullImage(this.#world, name, options);
  }

  /** Answers the digest that it has there. */
  push(image: string, options: PushOptions = {}): Promise<Digest> {
    return pushImage(this.#world, image, options);
  }

  list(): StoredImage[] {
    return listImages(this.#world);
  }

  find(image: string): StoredImage {
    return findImage(this.#world, image);
  }

  exists(image: string): boolean {
    return imageExists(this.#world, image);
  }

  inspect(image: string): ImageInspect {
    return inspectImage(this.#world, image);
  }

  /** The steps that made it, the newest first. */
  history(image: string): HistoryStep[] {
    return imageHistory(this.#world, image);
  }

  tree(image: string): ImageTree {
    return imageTree(this.#world, image);
  }

  tag(image: string, ...names: readonly string[]): void {
    tagImage(this.#world, image, names);
  }

  /** All names where none is given. */
  untag(image: string, ...names: readonly string[]): void {
    untagImage(this.#world, image, names);
  }

  remove(image: string, options: RemoveImageOptions = {}): Promise<RemovedImage> {
    return removeImage(this.#world, image, options);
  }

  /** Those that nobody needs, and what killed pulls left. */
  prune(options: PruneImagesOptions = {}): Promise<PrunedImages> {
    return pruneImages(this.#world, options);
  }

  /** Makes an image of what a container has changed; answers its id. */
  commit(container: string, options: CommitOptions = {}): Promise<Digest> {
    return commitContainer(this.#world, container, options);
  }

  /** What the topmost layer changes of those below. */
  diff(image: string): Change[] {
    return diffImage(this.#world, image);
  }

  /** What a container has changed of its image. */
  diffContainer(container: string): Promise<Change[]> {
    return diffContainer(this.#world, container);
  }

  /** What a container or image has otherwise than another. */
  diffBetween(reference: string, other: string): Promise<Change[]> {
    return diffBetween(this.#world, reference, other);
  }

  /** Read-only, at a directory of this machine. */
  mount(image: string): Promise<MountedImage> {
    return mountImage(this.#world, image);
  }

  mounted(): MountedImage[] {
    return mountedImages(this.#world);
  }

  /** False where it was not mounted. */
  unmount(image: string): Promise<boolean> {
    return unmountImage(this.#world, image);
  }

  save(images: readonly string[], options: SaveOptions): Promise<void> {
    return saveImages(this.#world, images, options);
  }

  load(from: LoadFrom, options: LoadOptions = {}): Promise<LoadedImage[]> {
    return loadImages(this.#world, from, options);
  }

  import(from: ImportFrom, options: ImportOptions = {}): Promise<Digest> {
    return importImage(this.#world, from, options);
  }

  diskUsage(): DiskUsage {
    return diskUsage(this.#world);
  }

  /** Verifies everything against its digest; with `repair` pulls again what is damaged. */
  check(options: CheckOptions = {}): Promise<CheckReport> {
    return checkStore(this.#world, options);
  }
}
