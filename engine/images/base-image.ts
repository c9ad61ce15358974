import { LimpidError } from '../../base/error.ts';
import type { Descriptor, ImageConfig, ImageManifest } from '../../spec/image.ts';
import { readDocument } from '../../store/images/blobs.ts';
import { packTree } from '../../store/layers/pack.ts';
import { storeLayer } from '../../store/layers/store-layer.ts';
import type { ContainerConfig } from '../config.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';
import { hostPlatform } from './host-platform.ts';
import { imageConfig } from './image-config.ts';

/** What a container stands on, as an image has it. */
export interface BaseImage {
  readonly config: ImageConfig;
  readonly layers: readonly Descriptor[];
}

/** The container's image; a built-in root file system or a directory becomes a layer. Throws ECOMMIT for `host:`. */
export async function baseImage(world: World, config: ContainerConfig, squash: boolean): Promise<BaseImage> {
  const { rootfs } = config;
  if (rootfs.kind === 'image') {
    const { layers } = readDocument<ImageManifest>(world, rootfs.digest);
    return { config: imageConfig(world, rootfs.id), layers };
  }
  if (rootfs.kind === 'host') throw hostRoot(config);
  const empty = { ...hostPlatform(), config: {}, rootfs: { type: 'layers' as const, diff_ids: [] } };
  if (squash) return { config: empty, layers: [] };
  const [directory = ''] = await resolveRootfs(world, rootfs);
  const { descriptor, diffId } = await storeLayer(world, packTree(directory), { name: config.image });
  const history = [{ created_by: `limpid: ${config.image}` }];
  return { config: { ...empty, rootfs: { type: 'layers', diff_ids: [diffId] }, history }, layers: [descriptor] };
}

function hostRoot({ name }: ContainerConfig): LimpidError {
  return new LimpidError({
    code: 'ECOMMIT',
    doing: 'commit',
    subject: `container "${name}"`,
    why: 'its root is that of this machine',
    hint: 'export what it wrote instead',
  });
}
