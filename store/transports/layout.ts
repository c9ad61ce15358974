import { list, object, record, integer, text, type Decoder } from '../../spec/decode.ts';
import { digestComplaint, digestOf } from '../../spec/digest.ts';
import { MANIFEST_LIMIT_BYTES } from '../../spec/manifest-kind.ts';
import { MEDIA_TYPE, type Descriptor, type Digest } from '../../spec/image.ts';
import type { ImageSource, ManifestBytes } from '../../spec/image-transport.ts';
import type { HeldImage, ImageCollection } from './collection.ts';
import { badImages, decodeDocument } from './fault.ts';
import type { ImageFiles } from './image-files.ts';

export const REF_NAME = 'org.opencontainers.image.ref.name';
/** Where containerd and Docker write a name in full; their `ref.name` is the tag alone. */
const CONTAINERD_NAME = 'io.containerd.image.name';
const INDEX_LIMIT_BYTES = 16 * 1024 * 1024;

type Listed = Pick<Descriptor, 'digest' | 'size'> & { mediaType?: string; annotations?: Record<string, string> };
const listed: Decoder<Listed> = object(
  { mediaType: text, digest: text, size: integer(0, Number.MAX_SAFE_INTEGER), annotations: record(text) },
  ['digest', 'size'],
);
const indexFile = object({ manifests: list(listed) }, ['manifests']);

export function isLayout(files: ImageFiles): boolean {
  return files.size('oci-layout') !== undefined && files.size('index.json') !== undefined;
}

/** The images of an OCI image layout (image-spec, image-layout.md), one for each manifest, with all of its names. */
export function openLayout(files: ImageFiles): ImageCollection {
  checkVersion(files);
  const index = decodeDocument(files.name, 'index.json', files.document('index.json', INDEX_LIMIT_BYTES), indexFile);
  const images = new Map<Digest, { listed: Listed; names: string[] }>();
  for (const entry of index.manifests) {
    const known = images.get(entry.digest) ?? { listed: entry, names: [] };
    images.set(entry.digest, known);
    const name = entry.annotations?.[CONTAINERD_NAME] ?? entry.annotations?.[REF_NAME];
    if (name !== undefined && !known.names.includes(name)) known.names.push(name);
  }
  return {
    name: files.name,
    images: [...images.values()].map(({ listed, names }): HeldImage => ({
      names,
      source: layoutSource(files, listed),
    })),
    close: async () => files.close(),
  };
}

const layoutFile = object({ imageLayoutVersion: text }, ['imageLayoutVersion']);

function checkVersion(files: ImageFiles): void {
  const { imageLayoutVersion } = decodeDocument(
    files.name,
    'oci-layout',
    files.document('oci-layout', 64 * 1024),
    layoutFile,
  );
  if (!imageLayoutVersion.startsWith('1.'))
    throw badImages(files.name, `its layout has version "${imageLayoutVersion}", 1.0.0 is known`);
}

function layoutSource(files: ImageFiles, top: Listed): ImageSource {
  return {
    name: files.name,
    async manifest(digest = top.digest): Promise<ManifestBytes> {
      const bytes = files.document(pathOfBlob(files.name, digest), MANIFEST_LIMIT_BYTES);
      if (digestOf(bytes, digest) !== digest)
        throw badImages(files.name, `manifest "${digest}" has the digest ${digestOf(bytes, digest)}`);
      const mediaType = (digest === top.digest ? top.mediaType : undefined) ?? innerMediaType(bytes);
      return { bytes, digest, mediaType };
    },
    async blob({ digest, size }) {
      const path = pathOfBlob(files.name, digest);
      const found = files.size(path);
      if (found === undefined) throw badImages(files.name, `blob "${digest}" is missing`);
      if (found !== size) throw badImages(files.name, `blob "${digest}" has ${found} bytes, ${size} were expected`);
      return files.stream(path);
    },
    async close() {},
  };
}

/** Of a manifest that nobody has described: what it says of itself. */
export function innerMediaType(bytes: Uint8Array): string {
  try {
    const { mediaType, manifests } = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
    if (typeof mediaType === 'string') return mediaType;
    return manifests === undefined ? MEDIA_TYPE.ociManifest : MEDIA_TYPE.ociIndex;
  } catch {
    return MEDIA_TYPE.ociManifest;
  }
}

/** A digest of an untrusted document becomes a path only if it is one. */
function pathOfBlob(name: string, digest: Digest): string {
  const complaint = digestComplaint(digest);
  if (complaint !== undefined) throw badImages(name, `its digest "${digest.slice(0, 80)}" ${complaint}`);
  return `blobs/${digest.replace(':', '/')}`;
}
