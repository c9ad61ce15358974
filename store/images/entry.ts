import type { Descriptor, Digest, Platform } from '../../spec/image.ts';

/**
 * One line of `index.json`: a manifest under a name, with what lists show of it. An image with three names has three
 * entries, one without a name has one. A local manifest list is an entry too: its `id` is that of a document that is
 * made with it and says nothing, and stays when the list changes.
 */
export interface ImageEntry {
  /** In full: `docker.io/library/alpine:3.22`, or `…@sha256:…` where it was pulled by digest. */
  readonly name?: string;
  /** Digest of the config: what users know as the image's id. */
  readonly id: Digest;
  readonly manifest: Pick<Descriptor, 'mediaType' | 'digest' | 'size'>;
  readonly platform: Platform;
  /** RFC 3339; empty where the image does not say. */
  readonly created: string;
  /** Bytes of its unpacked layers. */
  readonly sizeBytes: number;
  /** The index that the manifest was chosen from, whose bytes are kept: what its name meant where it came from. */
  readonly index?: Digest;
}

const REF_NAME = 'org.opencontainers.image.ref.name';
const CREATED = 'org.opencontainers.image.created';
const ID = 'limpid.image.id';
const SIZE = 'limpid.image.size';
const INDEX = 'limpid.image.index';

/** As other tools read it: the name is where image-spec, annotations, has it. */
export function entryDescriptor({ name, id, manifest, platform, created, sizeBytes, index }: ImageEntry): Descriptor {
  const { mediaType, digest, size } = manifest;
  const annotations: Record<string, string> = { [ID]: id, [SIZE]: String(sizeBytes) };
  if (name !== undefined) annotations[REF_NAME] = name;
  if (created !== '') annotations[CREATED] = created;
  if (index !== undefined) annotations[INDEX] = index;
  return { mediaType, digest, size, platform, annotations };
}

/** `undefined` for what somebody else has put there. */
export function descriptorEntry({
  mediaType,
  digest,
  size,
  platform,
  annotations = {},
}: Descriptor): ImageEntry | undefined {
  const id = annotations[ID];
  if (id === undefined || platform === undefined) return undefined;
  const name = annotations[REF_NAME];
  const index = annotations[INDEX];
  return {
    ...(name === undefined ? {} : { name }),
    id,
    manifest: { mediaType, digest, size },
    platform,
    created: annotations[CREATED] ?? '',
    sizeBytes: Number(annotations[SIZE] ?? 0),
    ...(index === undefined ? {} : { index }),
  };
}
