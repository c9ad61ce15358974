import type { Digest } from '../../spec/image.ts';
import { listRecords, type ContainerRecord } from '../records/read.ts';
import type { World } from '../world.ts';

/** Containers, running or not, by the id of the image that they were made from. */
export function containersByImage(world: World): Map<Digest, ContainerRecord[]> {
  const found = new Map<Digest, ContainerRecord[]>();
  for (const record of listRecords(world)) {
    const { rootfs } = record.config;
    if (rootfs.kind !== 'image') continue;
    found.set(rootfs.id, [...(found.get(rootfs.id) ?? []), record]);
  }
  return found;
}
