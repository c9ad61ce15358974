import { agesAt, type AgeOf } from '../../base/duration.ts';
import { formatImageSize } from '../../base/size.ts';
import { repositoryDigests, repositoryOf, type ImageEntry, type StoredImage } from '../../engine/images/find.ts';
import { asMap } from '../template/value.ts';
import { goTime } from './go-time.ts';

/** What only templates and json ask for. */
export interface ImageDetails {
  readonly labels: Readonly<Record<string, string>>;
  readonly containers: number;
}

/** One name of an image, as a line of the list. */
export interface NamedImage {
  readonly image: StoredImage;
  readonly entry: ImageEntry;
}

const SHORT_ID = 12;
const NONE = '<none>';

/** What a list says in its first columns: repository and tag, each `<none>` where there is none. */
export function nameColumns({ name }: ImageEntry): { readonly repository: string; readonly tag: string } {
  if (name === undefined) return { repository: NONE, tag: NONE };
  const repository = repositoryOf(name);
  return { repository, tag: name.includes('@') ? NONE : name.slice(repository.length + 1) };
}

export interface ImageStyle {
  readonly nowMs: number;
  readonly noTrunc: boolean;
}

export function idColumn(id: string, noTrunc: boolean): string {
  return noTrunc ? id : id.slice(id.indexOf(':') + 1).slice(0, SHORT_ID);
}

export function createdColumn({ created }: ImageEntry, ageOf: AgeOf): string {
  return `${ageOf(Date.parse(created) || 0)} ago`;
}

/** An image as `images --format` sees it: podman's field names. */
export function imageRow({ image, entry }: NamedImage, { nowMs, noTrunc }: ImageStyle, details?: ImageDetails) {
  const hex = image.id.slice(image.id.indexOf(':') + 1);
  const { repository, tag } = nameColumns(entry);
  const createdMs = Date.parse(entry.created) || 0;
  const since = createdColumn(entry, agesAt(nowMs));
  return {
    ID: idColumn(image.id, noTrunc),
    Id: hex,
    Repository: repository,
    Tag: tag,
    Digest: entry.manifest.digest,
    Created: since,
    CreatedSince: since,
    CreatedAt: goTime(instant(createdMs)),
    CreatedTime: goTime(instant(createdMs)),
    Size: formatImageSize(entry.sizeBytes),
    VirtualSize: entry.sizeBytes,
    SharedSize: 0,
    Labels: asMap(details?.labels ?? {}),
    Containers: details?.containers ?? 0,
    Dangling: entry.name === undefined,
    ReadOnly: false,
    History: namesOf(image).join(', '),
    Names: namesOf(image),
    RepoTags: namesOf(image),
    RepoDigests: repositoryDigests(image.entries),
    ParentId: '',
    Os: entry.platform.os,
    Arch: entry.platform.architecture,
  };
}

export type ImageRow = ReturnType<typeof imageRow>;

/** An image as `images --format json` shows it: podman's keys. */
export function imageJson({ image, entry }: NamedImage, { labels, containers }: ImageDetails) {
  const createdMs = Date.parse(entry.created) || 0;
  return {
    Id: image.id.slice(image.id.indexOf(':') + 1),
    ParentId: '',
    RepoTags: null,
    RepoDigests: repositoryDigests(image.entries),
    Size: entry.sizeBytes,
    SharedSize: 0,
    VirtualSize: entry.sizeBytes,
    Labels: Object.keys(labels).length === 0 ? null : labels,
    Containers: containers,
    ...(entry.name === undefined ? { Dangling: true } : { Names: namesOf(image) }),
    Digest: entry.manifest.digest,
    History: namesOf(image),
    Created: Math.floor(createdMs / 1000),
    CreatedAt: instant(createdMs),
  };
}

function namesOf({ entries }: StoredImage): string[] {
  return entries.flatMap(({ name }) => name ?? []);
}

function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
