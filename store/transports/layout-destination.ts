import { listDirectory, makeDirectories, readText, syncDirectory } from '../../kernel/files.ts';
import { kindInWords, statPath } from '../../kernel/file-status.ts';
import { waitLock, type Lock } from '../../kernel/locks.ts';
import { MEDIA_TYPE, type Descriptor, type Digest, type ImageIndex } from '../../spec/image.ts';
import type { ImageDestination, ManifestBytes } from '../../spec/image-transport.ts';
import { cannotWrite } from './fault.ts';
import { REF_NAME } from './layout.ts';
import { storeDocument, storeStream } from './store-stream.ts';

export const LAYOUT_TEXT = '{"imageLayoutVersion":"1.0.0"}';

/** An OCI image layout in a directory, made or added to. `tag` is the image's `ref.name` there. */
export function layoutDestination(directory: string, tag: string | undefined, name: string): ImageDestination {
  let top: ManifestBytes | undefined;
  const pathOf = (digest: Digest) => `${directory}/blobs/${digest.replace(':', '/')}`;
  checkDirectory(directory, name);
  makeDirectories(`${directory}/blobs/sha256`, 0o755);
  return {
    name,
    hasBlob: async ({ digest, size }) => statPath(pathOf(digest))?.sizeBytes === size,
    async putBlob({ digest }, open) {
      const [algorithm = '', hex = ''] = digest.split(':');
      makeDirectories(`${directory}/blobs/${algorithm}`, 0o755);
      await storeStream(`${directory}/blobs/${algorithm}`, hex, await open());
    },
    async putManifest(manifest, { instance = false } = {}) {
      const { digest, bytes } = manifest;
      if (statPath(pathOf(digest))?.sizeBytes !== bytes.length) {
        const [algorithm = '', hex = ''] = digest.split(':');
        makeDirectories(`${directory}/blobs/${algorithm}`, 0o755);
        storeDocument(`${directory}/blobs/${algorithm}`, hex, bytes);
      }
      if (!instance) top = manifest;
    },
    async commit() {
      if (top === undefined) throw cannotWrite(name, 'no manifest was put there');
      syncDirectory(`${directory}/blobs/sha256`);
      addToIndex(directory, name, describeManifest(top, tag));
    },
    async close() {},
  };
}

/** As it stands in `index.json`. */
export function describeManifest({ mediaType, digest, bytes }: ManifestBytes, tag: string | undefined): Descriptor {
  const annotations = tag === undefined ? {} : { annotations: { [REF_NAME]: tag } };
  return { mediaType, digest, size: bytes.length, ...annotations };
}

/** In the place of what had its name; others of that directory wait meanwhile. */
function addToIndex(directory: string, name: string, added: Descriptor): void {
  const lock = lockLayout(directory);
  try {
    const path = `${directory}/index.json`;
    const manifests = [...readIndex(path, name).filter((one) => !isReplacedBy(one, added)), added];
    storeDocument(directory, 'index.json', indexText(manifests));
    syncDirectory(directory);
  } finally {
    lock.release();
  }
}

/** `oci-layout` is what all who write there have in common: whoever makes it, it stays the same file. */
function lockLayout(directory: string): Lock {
  const layout = `${directory}/oci-layout`;
  if (statPath(layout) === undefined) storeDocument(directory, 'oci-layout', LAYOUT_TEXT, { keepOther: true });
  const lock = waitLock(layout);
  if (lock !== 'absent') return lock;
  throw cannotWrite(directory, 'it is being removed');
}

export function indexText(manifests: readonly Descriptor[]): string {
  const index: ImageIndex = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests };
  return JSON.stringify(index);
}

function readIndex(path: string, name: string): readonly Descriptor[] {
  const text = readText(path);
  if (text === undefined) return [];
  try {
    const { manifests } = JSON.parse(text) as Partial<ImageIndex>;
    if (Array.isArray(manifests)) return manifests as Descriptor[];
  } catch {}
  throw cannotWrite(name, `its "index.json" is damaged`);
}

function isReplacedBy({ digest, annotations }: Descriptor, added: Descriptor): boolean {
  const tag = annotations?.[REF_NAME];
  const newTag = added.annotations?.[REF_NAME];
  return newTag === undefined ? digest === added.digest && tag === undefined : tag === newTag;
}

/** Somebody's files are not to lie among blobs. */
function checkDirectory(directory: string, name: string): void {
  const status = statPath(directory);
  if (status !== undefined && status.kind !== 'directory') throw cannotWrite(name, `it is ${kindInWords(status)}`);
  const names = listDirectory(directory);
  if (names.length > 0 && !names.includes('oci-layout') && !names.includes('blobs'))
    throw cannotWrite(name, 'the directory is not empty and no OCI image layout');
}
