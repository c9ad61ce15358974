import type { Digest } from '../../spec/image.ts';
import { readEntries } from '../../store/images/index-file.ts';
import { partsOf } from '../../store/images/parts.ts';
import { blobPath, imagesDirectory, layerDirectory } from '../../store/place.ts';
import { listContainers, type ContainerSummary } from '../containers/list.ts';
import { listVolumes, volumesDirectory } from '../volumes/list.ts';
import type { World } from '../world.ts';
import type { StoredImage } from './find.ts';
import { containersByImage } from './in-use.ts';
import { listImages } from './list.ts';
import { treeUsage } from './tree-usage.ts';

export interface ImageUsage {
  readonly image: StoredImage;
  /** All of it. */
  readonly sizeBytes: number;
  /** What other images have as well. */
  readonly sharedBytes: number;
  readonly containers: number;
}

export interface ContainerUsage {
  readonly container: ContainerSummary;
  /** What it has written, and its volumes without a name. */
  readonly sizeBytes: number;
  readonly volumes: number;
}

export interface VolumeUsage {
  readonly name: string;
  readonly sizeBytes: number;
  /** How many containers have it. */
  readonly links: number;
}

export interface DiskUsage {
  readonly images: readonly ImageUsage[];
  /** As `du` counts the store: what images share counts once, and what killed pulls left counts too. */
  readonly imagesBytes: number;
  /** What would be had back without the images that no container needs. */
  readonly imagesReclaimableBytes: number;
  readonly containers: readonly ContainerUsage[];
  readonly volumes: readonly VolumeUsage[];
}

/** What everything of a world takes on the disk. */
export function diskUsage(world: World): DiskUsage {
  const containers = listContainers(world);
  const parts = new PartSizes(world);
  const users = containersByImage(world);
  const images = listImages(world);
  const owners = ownersOf(world, images);
  const usages = images.map((image) => imageUsage(image, users.get(image.id)?.length ?? 0, owners, parts));
  const imagesBytes = treeUsage(imagesDirectory(world)) + treeUsage(`${world.root}/layers`);
  const needed = new Set(images.filter(({ id }) => users.has(id)).map(({ id }) => id));
  let neededBytes = 0;
  for (const [part, ids] of owners) if ([...ids].some((id) => needed.has(id))) neededBytes += parts.bytes(part);
  return {
    images: usages,
    imagesBytes,
    imagesReclaimableBytes: Math.max(0, imagesBytes - neededBytes),
    containers: containers.map((container) => containerUsage(container)),
    volumes: volumeUsages(world),
  };
}

export function totalBytes({ imagesBytes, containers, volumes }: DiskUsage): number {
  return [...containers, ...volumes].reduce((sum, { sizeBytes }) => sum + sizeBytes, imagesBytes);
}

/** A blob by its digest, a layer's files by `layer:` and its diffID. */
type Part = string;

class PartSizes {
  readonly #world: World;
  readonly #known = new Map<Part, number>();

  constructor(world: World) {
    this.#world = world;
  }

  bytes(part: Part): number {
    const known = this.#known.get(part);
    if (known !== undefined) return known;
    const isLayer = part.startsWith(LAYER);
    const path = isLayer ? layerDirectory(this.#world, part.slice(LAYER.length)) : blobPath(this.#world, part);
    const bytes = treeUsage(path);
    this.#known.set(part, bytes);
    return bytes;
  }
}

const LAYER = 'layer:';

function ownersOf(world: World, images: readonly StoredImage[]): Map<Part, Set<Digest>> {
  const owners = new Map<Part, Set<Digest>>();
  const entries = readEntries(world);
  for (const { id } of images) {
    const { blobs, diffIds } = partsOf(
      world,
      entries.filter((entry) => entry.id === id),
    );
    for (const part of [...blobs, ...[...diffIds].map((diffId) => LAYER + diffId)]) {
      const known = owners.get(part);
      if (known === undefined) owners.set(part, new Set([id]));
      else known.add(id);
    }
  }
  return owners;
}

function imageUsage(
  image: StoredImage,
  containers: number,
  owners: ReadonlyMap<Part, ReadonlySet<Digest>>,
  parts: PartSizes,
): ImageUsage {
  let sizeBytes = 0;
  let sharedBytes = 0;
  for (const [part, ids] of owners) {
    if (!ids.has(image.id)) continue;
    const bytes = parts.bytes(part);
    sizeBytes += bytes;
    if (ids.size > 1) sharedBytes += bytes;
  }
  return { image, sizeBytes, sharedBytes, containers };
}

function containerUsage(container: ContainerSummary): ContainerUsage {
  const { paths, config } = container;
  const volumes = `${paths.storage}/volumes`;
  return {
    container,
    sizeBytes: treeUsage(paths.upper) + treeUsage(volumes),
    volumes: config.mounts.filter(({ type }) => type === 'volume').length,
  };
}

function volumeUsages(world: World): VolumeUsage[] {
  const directory = volumesDirectory(world);
  return listVolumes(world).map(({ name, users }) => ({
    name,
    sizeBytes: treeUsage(`${directory}/${name}`),
    links: users.length,
  }));
}
