import { LimpidError } from '../../base/error.ts';
import { DigestHasher } from '../../spec/digest.ts';
import { isForeignLayer, parseManifest } from '../../spec/image-parse.ts';
import type { Descriptor, Digest, ImageManifest } from '../../spec/image.ts';
import type { BlobMount, ImageDestination, ImageSource, ManifestBytes } from '../../spec/image-transport.ts';

export interface CopyOptions {
  /** What is told before each blob: `Copying blob sha256:…`. */
  readonly progress?: (line: string) => void;
  /** A repository beside the destination's that has the blob. */
  readonly mount?: (descriptor: Descriptor) => BlobMount | undefined;
  /** Blobs on their way at once; archives take one after the other. */
  readonly parallel?: number;
  /** Another manifest for the same image, such as Docker's for OCI's, with its own source of blobs. */
  readonly convert?: (image: OpenImage) => Promise<OpenImage>;
  /** Of an index, only it and not its images: they are there already. */
  readonly indexOnly?: boolean;
}

/** One image on its way: its manifest, and where its blobs come from. */
export interface OpenImage {
  readonly manifest: ManifestBytes;
  readonly document: ImageManifest;
  readonly blob: ImageSource['blob'];
}

/**
 * Copies an image, or an index with all of its images, and commits. Each blob is checked against digest and size as it
 * passes. Answers the digest of the manifest that the destination has now.
 */
export async function copyImage(
  source: ImageSource,
  destination: ImageDestination,
  options: CopyOptions = {},
): Promise<Digest> {
  const top = await source.manifest();
  const parsed = parseManifest(top.bytes, top.mediaType, `manifest of "${source.name}"`);
  if (parsed.kind === 'index' && options.indexOnly !== true) {
    for (const { digest } of parsed.index.manifests) {
      const manifest = await source.manifest(digest);
      const inner = parseManifest(manifest.bytes, manifest.mediaType, `manifest "${digest}" of "${source.name}"`);
      if (inner.kind === 'index') throw nested(source.name, digest);
      // An index names its images by digest: they stay as they are.
      await copyBlobs({ manifest, document: inner.manifest, blob: source.blob }, destination, options);
      await destination.putManifest(manifest, { instance: true });
    }
  }
  if (parsed.kind === 'index') {
    await putLast(top, destination, options);
    return top.digest;
  }
  const image = { manifest: top, document: parsed.manifest, blob: (one: Descriptor) => source.blob(one) };
  const converted = (await options.convert?.(image)) ?? image;
  await copyBlobs(converted, destination, options);
  await putLast(converted.manifest, destination, options);
  return converted.manifest.digest;
}

async function putLast(manifest: ManifestBytes, destination: ImageDestination, { progress }: CopyOptions) {
  progress?.('Writing manifest to image destination');
  await destination.putManifest(manifest);
  await destination.commit();
}

async function copyBlobs(image: OpenImage, destination: ImageDestination, options: CopyOptions): Promise<void> {
  const { layers, config } = image.document;
  const blobs = new Map<Digest, Descriptor>();
  for (const layer of layers) if (!isForeignLayer(layer.mediaType)) blobs.set(layer.digest, layer);
  const waiting = [...blobs.values()];
  const work = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await copyBlob(image, destination, next, options);
  };
  await Promise.all(Array.from({ length: options.parallel ?? 1 }, work));
  await copyBlob(image, destination, config, { ...options, isConfig: true });
}

async function copyBlob(
  image: OpenImage,
  destination: ImageDestination,
  descriptor: Descriptor,
  { progress, mount, isConfig = false }: CopyOptions & { readonly isConfig?: boolean },
): Promise<void> {
  const what = `${isConfig ? 'config' : 'blob'} ${descriptor.digest}`;
  if (await destination.hasBlob(descriptor)) return progress?.(`Copying ${what} skipped: already exists`);
  progress?.(`Copying ${what}`);
  const from = mount?.(descriptor);
  await destination.putBlob(
    descriptor,
    async () => verified(await image.blob(descriptor), descriptor),
    from === undefined ? {} : { mount: from },
  );
}

/** The same bytes; the stream fails at its end where they are not what the descriptor says. */
export function verified(stream: ReadableStream<Uint8Array>, { digest, size }: Descriptor): ReadableStream<Uint8Array> {
  const hasher = new DigestHasher(digest);
  let bytes = 0;
  const fault = (why: string) => new LimpidError({ code: 'EBLOB', doing: 'copy', subject: `blob "${digest}"`, why });
  return stream.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.length;
        if (bytes > size) return controller.error(fault(`it has more than the ${size} bytes that were expected`));
        hasher.update(chunk);
        controller.enqueue(chunk);
      },
      flush(controller) {
        if (bytes !== size) return controller.error(fault(`it has ${bytes} bytes, ${size} were expected`));
        const found = hasher.finish();
        if (found !== digest) controller.error(fault(`its content has the digest ${found}`));
      },
    }),
  );
}

function nested(name: string, digest: Digest): LimpidError {
  return new LimpidError({
    code: 'EMANIFEST',
    doing: 'copy',
    subject: `"${name}"`,
    why: `its index holds another index, "${digest}"`,
  });
}
