import { statPath } from '../../kernel/file-status.ts';
import { digestOf } from '../../spec/digest.ts';
import { MEDIA_TYPE, type Digest, type ImageConfig, type ImageManifest } from '../../spec/image.ts';
import type { ImageSource } from '../../spec/image-transport.ts';
import { receiveImage } from '../../store/images/receive-image.ts';
import { shareStore } from '../../store/images/store-use.ts';
import { packLayer, packTree, type PackOptions } from '../../store/layers/pack.ts';
import { storeLayer, type StoredLayer } from '../../store/layers/store-layer.ts';
import { convertManifest, encodeManifest } from '../../store/transports/convert-manifest.ts';
import type { ContainerConfig } from '../config.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { resolveRootfs } from '../rootfs/resolve.ts';
import type { World } from '../world.ts';
import { applyChanges } from './apply-changes.ts';
import { baseImage, type BaseImage } from './base-image.ts';
import { committedConfig, committedRuntime } from './committed-config.ts';
import { hostPlatform } from './host-platform.ts';
import { emptyLayer } from './image-config.ts';
import { ownFiles } from './own-files.ts';
import { checkResultFile, writeResultFile } from './result-file.ts';
import { newName } from './tag.ts';
import { whilePaused } from './while-paused.ts';
import { withMountedLayers } from './with-mounted-layers.ts';

export interface CommitOptions {
  /** What the image is called; without a registry it becomes `localhost/…`. */
  readonly name?: string;
  /** Lines of a Dockerfile. */
  readonly changes?: readonly string[];
  readonly author?: string;
  readonly message?: string;
  readonly format?: 'oci' | 'docker';
  /** The container stands still meanwhile; true unless said. */
  readonly pause?: boolean;
  /** One layer with all files instead of one more. */
  readonly squash?: boolean;
  /** RFC 3339; now unless said. */
  readonly created?: string;
  /** Gets the image's id. */
  readonly iidFile?: string;
  /** Aborted by who is about to end: the container goes on at once. */
  readonly signal?: AbortSignal;
}

/**
 * Makes an image of a container's changes: its upper layer as one more layer, its config laid over that of its image.
 * Answers the image's id. Throws ENOCONTAINER, EOPTION, EREFERENCE before anything is done.
 */
export async function commitContainer(world: World, reference: string, options: CommitOptions = {}): Promise<Digest> {
  const record = findRecord(world, reference);
  const names = options.name === undefined ? [] : [newName(options.name)];
  // What is wrong with the words is told before anything is written.
  applyChanges({}, options.changes ?? []);
  if (options.iidFile !== undefined) checkResultFile(options.iidFile);
  const use = await shareStore(world);
  try {
    const make = () => committedImage(world, record, options);
    const { pause = true, signal } = options;
    const source = await (pause ? whilePaused(world, record, make, signal) : make());
    const { entry } = await receiveImage(world, source, { platform: hostPlatform(), anyPlatform: true, names });
    if (options.iidFile !== undefined) writeResultFile(options.iidFile, entry.id);
    return entry.id;
  } finally {
    use.release();
  }
}

/** The new image as something that the store can receive; its layers are in the store already. */
async function committedImage(world: World, record: ContainerRecord, options: CommitOptions): Promise<ImageSource> {
  const { config } = record;
  const { squash = false } = options;
  const base = await baseImage(world, config, squash);
  const layer = await committedLayer(world, record, squash);
  const runtime = applyChanges(committedRuntime(base.config.config ?? {}, config), options.changes ?? []);
  const document = committedConfig(base.config, runtime, layer.diffId, {
    created: options.created ?? new Date().toISOString(),
    ...(options.author === undefined ? {} : { author: options.author }),
    ...(options.message === undefined ? {} : { message: options.message }),
    createdBy: [...(config.entrypoint ?? []), ...config.command].join(' ') || 'limpid commit',
    squashed: squash,
  });
  return imageSource(base, layer, document, config, options);
}

async function committedLayer(world: World, { config, paths }: ContainerRecord, squash: boolean): Promise<StoredLayer> {
  const name = `container "${config.name}"`;
  const { uidMappings, gidMappings } = config;
  const ids: PackOptions = {
    ...(uidMappings.length === 0 ? {} : { uidMappings }),
    ...(gidMappings.length === 0 ? {} : { gidMappings }),
  };
  // One that never ran has written nothing.
  const upper = statPath(paths.upper) === undefined ? emptyLayer(world) : paths.upper;
  if (!squash) return storeLayer(world, packLayer(upper, { ...ids, leaveOut: ownFiles(config) }), { name });
  const layers = [upper, ...(await resolveRootfs(world, config.rootfs))];
  return withMountedLayers(world, layers, (root) => storeLayer(world, packTree(root, ids), { name }));
}

function imageSource(
  base: BaseImage,
  layer: StoredLayer,
  document: ImageConfig,
  { name }: ContainerConfig,
  { squash = false, format = 'oci' }: CommitOptions,
): ImageSource {
  const bytes = new TextEncoder().encode(JSON.stringify(document));
  const manifest: ImageManifest = {
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: { mediaType: MEDIA_TYPE.ociConfig, digest: digestOf(bytes), size: bytes.length },
    layers: squash ? [layer.descriptor] : [...base.layers, layer.descriptor],
  };
  const origin = `container "${name}"`;
  const encoded = encodeManifest(convertManifest(manifest, format === 'docker' ? 'v2s2' : 'oci', origin));
  return {
    name: origin,
    manifest: async () => encoded,
    blob: async () => new Blob([bytes]).stream(),
    async close() {},
  };
}
