import { digestOf } from '../spec/digest.ts';
import { MANIFEST_LIMIT_BYTES } from '../spec/manifest-kind.ts';
import type { ManifestBytes } from '../spec/image-transport.ts';
import { MEDIA_TYPE } from '../spec/image.ts';
import { failure, type Errand } from './errand.ts';
import { readBody } from './http/bounded-body.ts';
import type { Connection } from './http/connection.ts';
import { LimpidError } from '../base/error.ts';

const ACCEPT = [
  MEDIA_TYPE.ociIndex,
  MEDIA_TYPE.ociManifest,
  MEDIA_TYPE.dockerManifestList,
  MEDIA_TYPE.dockerManifest,
].join(', ');

/** Nothing is called that here: a tag, a digest, or the whole repository. */
export class NoSuchManifest extends LimpidError {}

/**
 * A manifest or index by tag or digest, its bytes checked against the digest that was asked for and the one that the
 * registry states. Throws `NoSuchManifest`, `EDIGEST`, `ESIZE`, and what `Connection.send` throws.
 */
export async function fetchManifest(connection: Connection, name: string, errand: Errand): Promise<ManifestBytes> {
  const { endpoint, pacing } = connection;
  const { response, url } = await connection.send({
    method: 'GET',
    target: `/v2/${endpoint.repository}/manifests/${name}`,
    headers: { accept: ACCEPT },
    scopes: [pullScope(endpoint.repository)],
    errand,
    expect: [200, 404],
  });
  if (response.status === 404) {
    await response.body?.cancel();
    throw new NoSuchManifest({
      code: 'ENOMANIFEST',
      ...errand,
      why: `"${endpoint.registry}" has no "${name}" of "${endpoint.repository}"`,
    });
  }
  const limits = { limitBytes: MANIFEST_LIMIT_BYTES, stallTimeoutMs: pacing.stallTimeoutMs };
  const bytes = await readBody(response, errand, limits);
  const stated = response.headers.get('docker-content-digest') ?? undefined;
  const isDigest = name.includes(':');
  const digest = digestOf(bytes, isDigest ? name : undefined);
  const mediaType = mediaTypeOf(response, bytes);
  if (isDigest && digest !== name)
    throw failure('EDIGEST', errand, `"${url.host}" sent a manifest of digest ${digest}, expected ${name}`);
  if (stated !== undefined && /^sha(?:256|384|512):/.test(stated) && digestOf(bytes, stated) !== stated)
    throw failure(
      'EDIGEST',
      errand,
      `"${url.host}" sent a manifest of digest ${digestOf(bytes, stated)}, and called it ${stated}`,
    );
  return { bytes, mediaType, digest };
}

export function pullScope(repository: string): string {
  return `repository:${repository}:pull`;
}

/** What the header says; some registries call all of it JSON, then what the document says. */
function mediaTypeOf(response: Response, bytes: Uint8Array): string {
  const header = (response.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (header.startsWith('application/vnd.')) return header;
  try {
    const { mediaType } = JSON.parse(new TextDecoder().decode(bytes)) as { mediaType?: unknown };
    if (typeof mediaType === 'string') return mediaType;
  } catch {
    // Whoever parses it says what is wrong with it.
  }
  return MEDIA_TYPE.ociManifest;
}
