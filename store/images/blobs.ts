import { LimpidError } from '../../base/error.ts';
import { makeDirectories, removeFile, renamePath, syncDirectory, writeFile } from '../../kernel/files.ts';
import { openFile } from '../../kernel/open-file.ts';
import { statPath } from '../../kernel/file-status.ts';
import { digestOf, isDigest } from '../../spec/digest.ts';
import type { Digest } from '../../spec/image.ts';
import { blobPath, imagesDirectory, stagingDirectory, type StorePlace } from '../place.ts';

type Place = Pick<StorePlace, 'root'>;

/** Whether bytes are what their digest says. */
export function matchesDigest(bytes: Uint8Array, digest: Digest): boolean {
  return isDigest(digest) && digestOf(bytes, digest) === digest;
}

export function hasBlob(place: Place, digest: Digest): boolean {
  return isDigest(digest) && statPath(blobPath(place, digest)) !== undefined;
}

/** A manifest or config as it is in the store, checked against its digest. Throws EBLOB where it is missing or damaged. */
export function readBlob(place: Place, digest: Digest): Uint8Array {
  const bytes = isDigest(digest) ? wholeFile(blobPath(place, digest)) : undefined;
  if (bytes !== undefined && matchesDigest(bytes, digest)) return bytes;
  throw damaged(digest, blobDamage(place, digest) ?? 'it changed while it was read');
}

/** What is wrong with a blob of the store, `undefined` where nothing is. */
export function blobDamage(place: Place, digest: Digest): string | undefined {
  const bytes = isDigest(digest) ? wholeFile(blobPath(place, digest)) : undefined;
  if (bytes === undefined) return 'it is missing';
  return matchesDigest(bytes, digest) ? undefined : `its bytes have the digest ${digestOf(bytes, digest)}`;
}

/** As `readBlob`, `undefined` where it is missing; a damaged one is taken away, so that it can come anew. */
export function wholeBlob(place: Place, digest: Digest): Uint8Array | undefined {
  const bytes = isDigest(digest) ? wholeFile(blobPath(place, digest)) : undefined;
  if (bytes !== undefined && matchesDigest(bytes, digest)) return bytes;
  removeBlob(place, digest);
  return undefined;
}

/** The JSON document in a blob. */
export function readDocument<T>(place: Place, digest: Digest): T {
  try {
    return JSON.parse(new TextDecoder().decode(readBlob(place, digest))) as T;
  } catch (error) {
    if (error instanceof LimpidError) throw error;
    throw damaged(digest, 'it is no JSON');
  }
}

/** Puts bytes into the store under their digest: synced, by one rename. A damaged one is replaced. */
export function writeBlob(place: Place, digest: Digest, bytes: Uint8Array): void {
  if (wholeBlob(place, digest) !== undefined) return;
  const path = blobPath(place, digest);
  const directory = path.slice(0, path.lastIndexOf('/'));
  makeDirectories(stagingDirectory(place), 0o700);
  makeDirectories(directory, 0o755);
  const aside = `${stagingDirectory(place)}/blob-${process.pid}-${digest.slice(-32)}`;
  try {
    writeFile(aside, bytes, { mode: 0o644, sync: true });
  } catch (error) {
    removeFile(aside);
    throw error;
  }
  renamePath(aside, path);
  syncDirectory(directory);
  syncDirectory(`${imagesDirectory(place)}/blobs`);
}

export function removeBlob(place: Place, digest: Digest): void {
  if (isDigest(digest)) removeFile(blobPath(place, digest));
}

function wholeFile(path: string): Uint8Array | undefined {
  const file = openFile(path);
  if (file === undefined) return undefined;
  try {
    return file.read(0, file.sizeBytes());
  } finally {
    file.close();
  }
}

function damaged(digest: Digest, why: string): LimpidError {
  return new LimpidError({
    code: 'EBLOB',
    doing: 'read',
    subject: `blob "${digest}"`,
    why,
    hint: '`limpid system check --repair` pulls again what is damaged',
  });
}
