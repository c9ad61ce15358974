import type { ImageConfig, ImageManifest } from '../../spec/image.ts';
import { readDocument } from '../../store/images/blobs.ts';
import type { World } from '../world.ts';
import { findImage, repositoryDigests, tagsOf, type StoredImage } from './find.ts';
import { imageConfig, imageLayers } from './image-config.ts';

export type ImageInspect = ReturnType<typeof imageDocument>;

/** All that is known of an image. Throws ENOIMAGE, EBLOB. */
export function inspectImage(world: World, text: string): ImageInspect {
  const image = findImage(world, text);
  const manifest = readDocument<ImageManifest>(world, image.entry.manifest.digest);
  return imageDocument(image, manifest, imageConfig(world, image.id), imageLayers(world, image.id));
}

/** podman's document of an image, with its names and places. Pure. */
export function imageDocument(
  image: StoredImage,
  manifest: ImageManifest,
  config: ImageConfig,
  layers: readonly string[],
) {
  const { id, entry, entries } = image;
  const { config: runtime = {}, history = [] } = config;
  const [top = '', ...below] = layers;
  return {
    Id: id.slice(id.indexOf(':') + 1),
    Digest: entry.manifest.digest,
    RepoTags: tagsOf(image),
    RepoDigests: repositoryDigests(entries),
    Parent: '',
    Comment: history.at(-1)?.comment ?? '',
    Created: config.created ?? '',
    Config: withoutEmpty(runtime),
    Version: '',
    Author: config.author ?? '',
    Architecture: config.architecture,
    ...(config.variant === undefined ? {} : { Variant: config.variant }),
    Os: config.os,
    Size: entry.sizeBytes,
    VirtualSize: entry.sizeBytes,
    GraphDriver: {
      Name: 'overlay',
      Data: { ...(below.length === 0 ? {} : { LowerDir: below.join(':') }), UpperDir: top },
    },
    RootFS: { Type: config.rootfs.type, Layers: config.rootfs.diff_ids },
    Labels: runtime.Labels ?? null,
    Annotations: manifest.annotations ?? {},
    ManifestType: entry.manifest.mediaType,
    User: runtime.User ?? '',
    History: history,
    NamesHistory: entries.flatMap(({ name }) => name ?? []),
    ...(runtime.Healthcheck ? { Healthcheck: runtime.Healthcheck } : {}),
  };
}

/** As Go leaves out what is empty. */
function withoutEmpty(fields: object): Record<string, unknown> {
  const isEmpty = (value: unknown): boolean =>
    value === undefined ||
    value === null ||
    value === '' ||
    value === false ||
    (typeof value === 'object' && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}
