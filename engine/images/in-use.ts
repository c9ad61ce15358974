import type { Digest } from '../../spec/image.ts';
import type { ContainerConfig } from '../config.ts';
import { listRecords, type ContainerRecord } from '../records/read.ts';
import type { World } from '../world.ts';

/** The images that a container is made from, or mounts, each once. */
export function imagesOf({ rootfs, mounts }: Pick<ContainerConfig, 'rootfs' | 'mounts'>): Digest[] {
  const mounted = mounts.flatMap(({ imageId }) => (imageId === undefined ? [] : [imageId]));
  return [...new Set(rootfs.kind === 'image' ? [rootfs.id, ...mounted] : mounted)];
}

/** Containers, running or not, by the ids of the images that they need. */
export function containersByImage(world: World): Map<Digest, ContainerRecord[]> {
  const found = new Map<Digest, ContainerRecord[]>();
  for (const record of listRecords(world)) {
    for (const id of imagesOf(record.config)) found.set(id, [...(found.get(id) ?? []), record]);
  }
  return found;
}
