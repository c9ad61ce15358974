import { LimpidError } from '../../base/error.ts';
import type { ImageSource, ManifestBytes } from '../../spec/image-transport.ts';
import type { Descriptor, Digest, ImageIndex, ImageManifest, Platform } from '../../spec/image.ts';
import { parseManifest } from '../../spec/image-parse.ts';
import { checkManifest } from './check-manifest.ts';
import { choosePlatform, platformText } from './platform.ts';

/** Of indexes in indexes: real ones have two. */
const DEPTH_LIMIT = 4;

/** A manifest with its bytes, and the indexes on the way to it. */
export interface ChosenManifest {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
  readonly manifest: ImageManifest;
  /** The outermost first: what the source was opened for. */
  readonly indexes: readonly ManifestBytes[];
}

/**
 * From what a source was opened for to the manifest of one image: through indexes by platform. Everything is checked
 * against the digest and size by which it was asked for. Throws EMANIFEST, EPLATFORM.
 */
export async function chooseManifest(
  source: ImageSource,
  top: ManifestBytes,
  wanted: Platform,
): Promise<ChosenManifest> {
  const indexes: ManifestBytes[] = [];
  for (let found = top; ;) {
    const parsed = parseManifest(found.bytes, found.mediaType, source.name);
    if (parsed.kind === 'manifest') {
      const { digest, bytes } = found;
      return { digest, bytes, mediaType: found.mediaType, manifest: parsed.manifest, indexes };
    }
    indexes.push(found);
    if (indexes.length > DEPTH_LIMIT) throw nested(source);
    const descriptor = choosePlatform(parsed.index.manifests, wanted) ?? onlyIndex(parsed.index);
    if (descriptor === undefined) throw noPlatform(source, parsed.index, wanted);
    found = checkManifest(await source.manifest(descriptor.digest), descriptor, source);
  }
}

/** An index may hold one other index that says no platform: what it holds has to say it. */
function onlyIndex({ manifests }: ImageIndex): Descriptor | undefined {
  const [only, ...more] = manifests.filter(({ platform }) => platform?.os !== 'unknown');
  return only !== undefined && more.length === 0 && only.platform === undefined ? only : undefined;
}

function nested({ name }: ImageSource): LimpidError {
  return new LimpidError({
    code: 'EMANIFEST',
    doing: 'use',
    subject: name,
    why: `its index holds an index that holds an index, more than ${DEPTH_LIMIT} deep`,
  });
}

function noPlatform({ name }: ImageSource, { manifests }: ImageIndex, wanted: Platform): LimpidError {
  const there = manifests.flatMap(({ platform }) =>
    platform === undefined || platform.os === 'unknown' ? [] : [platformText(platform)],
  );
  const shown = [...new Set(there)].slice(0, 12).join(', ');
  return new LimpidError({
    code: 'EPLATFORM',
    doing: 'choose',
    subject: `an image of ${name}`,
    why: `there is none for ${platformText(wanted)}`,
    ...(shown === '' ? {} : { hint: `there is ${shown}: choose one with --platform` }),
  });
}
