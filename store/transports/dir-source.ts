import { digestComplaint, digestOf } from '../../spec/digest.ts';
import { MANIFEST_LIMIT_BYTES } from '../../spec/manifest-kind.ts';
import type { Digest } from '../../spec/image.ts';
import type { ImageCollection } from './collection.ts';
import { badImages } from './fault.ts';
import type { ImageFiles } from './image-files.ts';
import { innerMediaType } from './layout.ts';

export const DIR_VERSION = 'Directory Transport Version: 1.1\n';

/** What skopeo and podman call `dir:`: `manifest.json` with its blobs beside it, named by their hex digits. */
export function openDir(files: ImageFiles): ImageCollection {
  const { name } = files;
  const source = {
    name,
    async manifest(digest?: Digest) {
      const path = digest === undefined ? 'manifest.json' : `${blobName(name, digest)}.manifest.json`;
      const bytes = files.document(path, MANIFEST_LIMIT_BYTES);
      const found = digestOf(bytes, digest);
      if (digest !== undefined && found !== digest)
        throw badImages(name, `manifest "${digest}" has the digest ${found}`);
      return { bytes, digest: found, mediaType: innerMediaType(bytes) };
    },
    async blob({ digest, size }: { digest: Digest; size: number }) {
      const path = blobName(name, digest);
      const found = files.size(path);
      if (found === undefined) throw badImages(name, `blob "${digest}" is missing`);
      if (found !== size) throw badImages(name, `blob "${digest}" has ${found} bytes, ${size} were expected`);
      return files.stream(path);
    },
    async close() {},
  };
  return { name, images: [{ names: [], source }], close: async () => files.close() };
}

/** A blob's file. */
export function blobName(name: string, digest: Digest): string {
  const complaint = digestComplaint(digest);
  if (complaint !== undefined) throw badImages(name, `its digest "${digest.slice(0, 80)}" ${complaint}`);
  // Other algorithms than the usual one stay in the name, as containers/image has it.
  return digest.startsWith('sha256:') ? digest.slice('sha256:'.length) : digest.replace(':', '-');
}
