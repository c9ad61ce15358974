import { statPath } from '../../kernel/file-status.ts';
import { listDirectory } from '../../kernel/files.ts';
import type { ContainerRecord } from '../records/read.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';

export interface ContainerSize {
  /** What the container has written. */
  readonly upperBytes: number;
  /** With the layers below. */
  readonly totalBytes: number;
}

/** Bytes of regular files in a container's upper layer, and in all its layers (not of `host:`, which is the whole machine). */
export async function measureContainer(world: World, { config, paths }: ContainerRecord): Promise<ContainerSize> {
  const upperBytes = treeBytes(paths.upper);
  if (config.rootfs.kind === 'host') return { upperBytes, totalBytes: upperBytes };
  if (config.rootfs.kind === 'image') {
    // As it was when it was pulled: its layers never change.
    const { imageBytes } = await import('../images/image-config.ts');
    return { upperBytes, totalBytes: upperBytes + imageBytes(world, config.rootfs.id) };
  }
  const lower = await resolveRootfs(world, config.rootfs);
  return { upperBytes, totalBytes: lower.reduce((sum, layer) => sum + treeBytes(layer), upperBytes) };
}

function treeBytes(path: string): number {
  const status = statPath(path, { followLinks: false });
  if (status?.kind === 'file') return status.sizeBytes;
  if (status?.kind !== 'directory') return 0;
  return listDirectory(path).reduce((sum, name) => sum + treeBytes(`${path}/${name}`), 0);
}
