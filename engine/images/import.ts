import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/file-status.ts';
import { isReadable, NOT_READABLE } from '../../store/transports/open-archive.ts';
import { MEDIA_TYPE, type Digest, type ImageConfig } from '../../spec/image.ts';
import { digestOf } from '../../spec/digest.ts';
import type { ImageSource } from '../../spec/image-transport.ts';
import { receiveImage } from '../../store/images/receive-image.ts';
import type { LayerProgress } from '../../store/images/receive-layers.ts';
import { encodeManifest } from '../../store/transports/convert-manifest.ts';
import { openLayerFile, spoolLayer, type LayerFile } from '../../store/transports/layer-file.ts';
import type { World } from '../world.ts';
import { applyChanges } from './apply-changes.ts';
import { hostPlatform } from './host-platform.ts';
import { newName } from './tag.ts';
import { withoutSecrets } from './without-secrets.ts';

export interface ImportOptions {
  /** What the image is called here; without a registry it becomes `localhost/…`. */
  readonly name?: string;
  /** Lines of a Dockerfile. */
  readonly changes?: readonly string[];
  readonly message?: string;
  readonly os?: string;
  readonly architecture?: string;
  readonly variant?: string;
  /** RFC 3339; now unless said. */
  readonly created?: string;
  readonly progress?: LayerProgress;
}

/** A file, an address, or bytes that come once (`stream`, called `name` in messages). */
export type ImportFrom = string | { readonly stream: ReadableStream<Uint8Array>; readonly name: string };

/** Makes an image of one layer of a tar archive, plain or compressed. Answers its id. */
export async function importImage(world: World, from: ImportFrom, options: ImportOptions = {}): Promise<Digest> {
  // What is wrong with the words is told before anything is fetched.
  const runtime = applyChanges({}, options.changes ?? []);
  const names = options.name === undefined ? [] : [newName(options.name)];
  const name = typeof from === 'string' ? withoutSecrets(from) : from.name;
  const layer = await openLayer(world, from, name);
  try {
    const { entry } = await receiveImage(
      world,
      layerSource(layer, { runtime, name, platform: hostPlatform() }, options),
      {
        platform: hostPlatform(),
        anyPlatform: true,
        names,
        ...(options.progress === undefined ? {} : { progress: options.progress }),
      },
    );
    return entry.id;
  } finally {
    layer.close();
  }
}

interface Described {
  readonly runtime: ImageConfig['config'] & object;
  readonly name: string;
  readonly platform: { readonly os: string; readonly architecture: string; readonly variant?: string };
}

function layerSource(layer: LayerFile, { runtime, name, platform }: Described, options: ImportOptions): ImageSource {
  const created = options.created ?? new Date().toISOString();
  const { os = platform.os, architecture = platform.architecture, variant } = options;
  const config: ImageConfig = {
    created,
    architecture,
    os,
    ...(variant === undefined ? {} : { variant }),
    config: runtime,
    rootfs: { type: 'layers', diff_ids: [layer.diffId] },
    history: [{ created, created_by: `limpid import ${name}`, comment: options.message ?? 'imported from tarball' }],
  };
  const bytes = new TextEncoder().encode(JSON.stringify(config));
  const manifest = encodeManifest({
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: { mediaType: MEDIA_TYPE.ociConfig, digest: digestOf(bytes), size: bytes.length },
    layers: [layer.descriptor],
  });
  return {
    name,
    manifest: async () => manifest,
    blob: async ({ digest }) => (digest === layer.descriptor.digest ? layer.stream() : new Blob([bytes]).stream()),
    async close() {},
  };
}

async function openLayer(world: World, from: ImportFrom, name: string): Promise<LayerFile> {
  if (typeof from !== 'string') return spoolLayer(world, from.stream, name);
  if (/^https?:\/\//i.test(from)) {
    const { fetchArchive } = await import('./fetch-archive.ts');
    const stream = await fetchArchive(from, (why) => cannotImport(withoutSecrets(from), why));
    return spoolLayer(world, stream, name);
  }
  const status = statPath(from);
  if (status === undefined) throw cannotImport(from, 'there is no such file');
  if (status.kind === 'directory')
    throw cannotImport(from, 'it is a directory', `tar -C ${from} -c . | limpid import -`);
  if (!isReadable(status)) throw cannotImport(from, NOT_READABLE);
  // A pipe, as the shell's <(…) makes it, comes once.
  return (await openLayerFile(world, from, name)) ?? spoolLayer(world, Bun.file(from).stream(), name);
}

function cannotImport(name: string, why: string, hint?: string): LimpidError {
  return new LimpidError({
    code: 'EIMPORT',
    doing: 'import',
    subject: `"${name}"`,
    why,
    ...(hint === undefined ? {} : { hint }),
  });
}
