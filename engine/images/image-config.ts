import { LimpidError } from '../../base/error.ts';
import { makeDirectories } from '../../kernel/files.ts';
import type { Digest, ImageConfig, ImageRuntimeConfig } from '../../spec/image.ts';
import { readDocument } from '../../store/images/blobs.ts';
import { layerBytes } from '../../store/images/layer-bytes.ts';
import { hasLayer } from '../../store/layers/layer.ts';
import { imagesDirectory, layerDirectory } from '../../store/place.ts';
import type { ImageDefaults } from '../spec/inputs.ts';
import type { World } from '../world.ts';

const read = new Map<Digest, ImageConfig>();

/** The config of an image, by its id. Throws EBLOB where it is missing or damaged. */
export function imageConfig(world: World, id: Digest): ImageConfig {
  const known = read.get(id);
  if (known !== undefined) return known;
  const config = readDocument<ImageConfig>(world, id);
  if (config.rootfs === undefined) throw notAnImage(id);
  read.set(id, config);
  return config;
}

/** Host directories of an image's layers, topmost first, as overlayfs takes them. Throws ELAYER where one is missing. */
export function imageLayers(world: World, id: Digest): readonly string[] {
  const diffIds = imageConfig(world, id).rootfs.diff_ids;
  const missing = diffIds.find((diffId) => !hasLayer(world, diffId));
  if (missing !== undefined) throw noLayer(id, missing);
  // A layer that is there twice shows once: overlayfs refuses a directory that it has already.
  const topmostFirst = new Set(diffIds.toReversed());
  if (topmostFirst.size === 0) return [emptyLayer(world)];
  return [...topmostFirst].map((diffId) => `${layerDirectory(world, diffId)}/diff`);
}

/** Bytes of all its layers' archives. */
export function imageBytes(world: World, id: Digest): number {
  return imageConfig(world, id).rootfs.diff_ids.reduce((sum, diffId) => sum + layerBytes(world, diffId), 0);
}

/** What an image says of the command that runs in it. */
export function runtimeDefaults(world: World, id: Digest): ImageDefaults {
  const { Entrypoint, Cmd, Env, User, WorkingDir }: ImageRuntimeConfig = imageConfig(world, id).config ?? {};
  return {
    ...(Entrypoint ? { entrypoint: Entrypoint } : {}),
    ...(Cmd ? { command: Cmd } : {}),
    ...(Env ? { env: Env } : {}),
    ...(User ? { user: User } : {}),
    ...(WorkingDir ? { workdir: WorkingDir } : {}),
  };
}

/** overlayfs wants one. */
export function emptyLayer(world: World): string {
  const path = `${imagesDirectory(world)}/empty`;
  makeDirectories(path, 0o755);
  return path;
}

/** A list of manifests has a name and an id too. */
function notAnImage(id: Digest): LimpidError {
  return new LimpidError({
    code: 'ENOIMAGE',
    doing: 'use',
    subject: `"${id}"`,
    why: 'it is a list of manifests, not an image',
    hint: '`limpid manifest inspect` shows it',
  });
}

function noLayer(id: Digest, diffId: Digest): LimpidError {
  return new LimpidError({
    code: 'ELAYER',
    doing: 'use',
    subject: `image "${id}"`,
    why: `its layer ${diffId} is not in the store`,
    hint: '`limpid system check --repair` pulls it again',
  });
}
