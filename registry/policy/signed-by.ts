import type { Digest } from '../../spec/image.ts';
import type { ImageReference } from '../../spec/reference.ts';
import type { Errand } from '../errand.ts';
import { ownHost, type HostView } from '../host-view.ts';
import { readBody } from '../http/bounded-body.ts';
import { fetchFollowing } from '../http/follow.ts';
import { pacingOf, type RegistryOptions } from '../options.ts';
import { claimMatches } from './identity.ts';
import { lookasideOf } from './lookaside.ts';
import { verifySignedMessage } from './open-pgp.ts';
import { readClaim } from './payload.ts';
import type { IdentityRule, KeySource } from './policy-json.ts';

const MAX_SIGNATURES = 64;
const SIGNATURE_LIMIT_BYTES = 4 * 1024 * 1024;

export interface SignedImage {
  readonly reference: ImageReference;
  readonly digest: Digest;
  readonly errand: Errand;
}

/**
 * Whether a manifest has a simple signature (containers-signature(5)) of one of the keys, with a claim that fits.
 * Answers why not; `undefined` where it has.
 */
export async function signedByFault(
  { reference, digest, errand }: SignedImage,
  { keys, identity }: { readonly keys: KeySource; readonly identity: IdentityRule },
  options: RegistryOptions,
): Promise<string | undefined> {
  const host = options.host ?? ownHost();
  const place = await lookasideOf(reference, options);
  const keyrings = await readKeys(keys, host);
  let found = 0;
  for (; found < MAX_SIGNATURES; found++) {
    const url = new URL(`${place.href}@${digest.replace(':', '=')}/signature-${found + 1}`);
    const message = await readSignature(url, host, errand, options);
    if (message === undefined) break;
    const payload = await verifySignedMessage(host, message, keyrings);
    const claim = payload === undefined ? undefined : readClaim(payload, 'atomic container signature');
    if (claim?.digest === digest && claimMatches(claim.reference, reference, identity)) return undefined;
  }
  const where = `at "${place.href}"`;
  return found === 0
    ? `it has no signature ${where}`
    : `none of its ${found} signatures ${where} is a trusted key's claim of this name`;
}

/** All keys of a requirement, as bytes. A file that is missing throws. */
export async function readKeys({ paths, data }: KeySource, host: HostView): Promise<Uint8Array[]> {
  const read = paths.map(async (path) => {
    const bytes = await host.readBytes(path);
    if (bytes === undefined) throw new Error(`there is no key file "${path}"`);
    return bytes;
  });
  return [...(await Promise.all(read)), ...data];
}

async function readSignature(
  url: URL,
  host: HostView,
  errand: Errand,
  options: RegistryOptions,
): Promise<Uint8Array | undefined> {
  if (url.protocol === 'file:') return host.readBytes(decodeURIComponent(url.pathname));
  const { answerTimeoutMs, stallTimeoutMs } = pacingOf(options);
  const { response } = await fetchFollowing({
    method: 'GET',
    url,
    headers: {},
    tls: {},
    tlsForOthers: {},
    mayUsePlainHttp: url.protocol === 'http:',
    answerTimeoutMs,
    errand,
  });
  if (response.status === 200) return readBody(response, errand, { limitBytes: SIGNATURE_LIMIT_BYTES, stallTimeoutMs });
  await response.body?.cancel();
  if (response.status === 404) return undefined;
  throw new Error(`"${url.href}" answered ${response.status}`);
}
