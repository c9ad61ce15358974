import { LimpidError } from '../../base/error.ts';
import { makeDirectories, readText, removeFile, renamePath, syncDirectory, writeFile } from '../../kernel/files.ts';
import { statPath } from '../../kernel/file-status.ts';
import { waitLock, type Lock } from '../../kernel/locks.ts';
import { MEDIA_TYPE, type Descriptor, type ImageIndex } from '../../spec/image.ts';
import { imagesDirectory, type StorePlace } from '../place.ts';
import { descriptorEntry, entryDescriptor, type ImageEntry } from './entry.ts';

type Place = Pick<StorePlace, 'root'>;

/** All images of the store, in the order in which they came. Empty where there is no store yet. Throws ESTORE. */
export function readEntries(place: Place): ImageEntry[] {
  const entries: ImageEntry[] = [];
  for (const descriptor of readDescriptors(place)) {
    const entry = descriptorEntry(descriptor);
    if (entry !== undefined) entries.push(entry);
  }
  return entries;
}

/**
 * Says whether the images are as they were when the other answer was given: each change makes a new file. Cheap, so
 * that who relies on an image can look again after having written down that it does.
 */
export function entriesVersion(place: Place): string {
  const status = statPath(indexPath(place));
  return status === undefined ? '' : `${status.inode} ${status.modifiedNs}`;
}

/** For who holds the store's lock: what `change` answers is what there is from then on, by one rename. */
export interface LockedEntries {
  readonly entries: readonly ImageEntry[];
  replace(entries: readonly ImageEntry[]): void;
}

/** Carries something out under the one lock of the image store. Killed in between, it has happened or has not. */
export function lockEntries<T>(place: Place, act: (locked: LockedEntries) => T): T {
  const lock = lockStore(place);
  try {
    // Before the first image there is no file.
    const descriptors = readDescriptors(place);
    const foreign = descriptors.filter((descriptor) => descriptorEntry(descriptor) === undefined);
    let entries = readEntries(place);
    return act({
      get entries() {
        return entries;
      },
      replace(changed) {
        writeIndex(place, [...foreign, ...changed.map(entryDescriptor)]);
        entries = [...changed];
      },
    });
  } finally {
    lock.release();
  }
}

function lockStore(place: Place): Lock {
  makeDirectories(imagesDirectory(place), 0o700);
  const lock = waitLock(`${imagesDirectory(place)}/lock`);
  if (lock !== 'absent') return lock;
  throw new LimpidError({
    code: 'ESTORE',
    doing: 'lock',
    subject: `image store "${imagesDirectory(place)}"`,
    why: 'it is being removed',
  });
}

function readDescriptors(place: Place): readonly Descriptor[] {
  const text = readText(indexPath(place));
  if (text === undefined) return [];
  try {
    const { manifests } = JSON.parse(text) as Partial<ImageIndex>;
    if (Array.isArray(manifests)) return manifests as Descriptor[];
  } catch {}
  throw new LimpidError({
    code: 'ESTORE',
    doing: 'read',
    subject: `"${indexPath(place)}"`,
    why: 'it is damaged',
    hint: '`limpid system check --repair` starts a new one from the blobs beside it',
  });
}

/** Also makes the layout around it, where this is the first image. */
export function writeIndex(place: Place, manifests: readonly Descriptor[]): void {
  const directory = imagesDirectory(place);
  const layout = `${directory}/oci-layout`;
  if (statPath(layout) === undefined) writeFile(layout, '{"imageLayoutVersion":"1.0.0"}', { mode: 0o644, sync: true });
  const index: ImageIndex = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociIndex, manifests };
  const text = JSON.stringify(index);
  const aside = `${indexPath(place)}.new`;
  try {
    writeAside(place, aside, text);
  } catch (error) {
    removeFile(aside);
    throw error;
  }
  renamePath(aside, indexPath(place));
  syncDirectory(directory);
  keepSpare(place, text.length);
}

/** Who removes images on a full disk has to write as well: room for that is kept. */
function writeAside(place: Place, path: string, text: string): void {
  const options = { mode: 0o644, sync: true };
  try {
    writeFile(path, text, options);
  } catch (error) {
    const shrinks = text.length < (statPath(indexPath(place))?.sizeBytes ?? 0);
    if (!isFull(error) || !shrinks || statPath(sparePath(place)) === undefined) throw error;
    removeFile(sparePath(place));
    writeFile(path, text, options);
  }
}

/** A file of no use but its blocks, which hold a larger index than this one. Where there is no room for it, there is none. */
function keepSpare(place: Place, indexBytes: number): void {
  const wanted = SPARE_BYTES * Math.ceil((2 * indexBytes) / SPARE_BYTES);
  if ((statPath(sparePath(place))?.sizeBytes ?? 0) >= wanted) return;
  try {
    writeFile(sparePath(place), new Uint8Array(wanted), { mode: 0o600, sync: false });
  } catch (error) {
    if (!isFull(error)) throw error;
    removeFile(sparePath(place));
  }
}

const SPARE_BYTES = 32 << 10;

function isFull(error: unknown): boolean {
  return error instanceof LimpidError && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
}

function sparePath(place: Place): string {
  return `${imagesDirectory(place)}/spare`;
}

/** The list of all images: each change makes a new file of it. */
export function indexPath(place: Place): string {
  return `${imagesDirectory(place)}/index.json`;
}
