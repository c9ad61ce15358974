import { parseManifest } from '../../spec/image-parse.ts';
import type { Descriptor } from '../../spec/image.ts';
import { digestOf } from '../../spec/digest.ts';
import { openBlob } from '../blob.ts';
import { ownHost } from '../host-view.ts';
import type { Connection } from '../http/connection.ts';
import { fetchManifest, NoSuchManifest } from '../manifest.ts';
import type { RegistryOptions } from '../options.ts';
import { claimMatches } from './identity.ts';
import { readClaim } from './payload.ts';
import type { IdentityRule, KeySource } from './policy-json.ts';
import { verifyWithKey } from './public-key.ts';
import { readKeys, type SignedImage } from './signed-by.ts';

const PAYLOAD_TYPE = 'application/vnd.dev.cosign.simplesigning.v1+json';
const SIGNATURE = 'dev.cosignproject.cosign/signature';
const PAYLOAD_LIMIT_BYTES = 1024 * 1024;
const MAX_SIGNATURES = 64;

/**
 * Whether a manifest has a sigstore signature of one of the keys, attached to its repository as cosign does: the tag
 * `sha256-….sig`. Answers why not; `undefined` where it has.
 */
export async function sigstoreFault(
  { reference, digest, errand }: SignedImage,
  { keys, identity }: { readonly keys: KeySource; readonly identity: IdentityRule },
  connection: Connection,
  options: RegistryOptions,
): Promise<string | undefined> {
  const tag = `${digest.replace(':', '-')}.sig`;
  const pems = (await readKeys(keys, options.host ?? ownHost())).map((bytes) => new TextDecoder().decode(bytes));
  const payloads = await signatureLayers(connection, tag, { reference, digest, errand });
  if (payloads === undefined) return `its repository has no signature of it (tag "${tag}")`;
  for (const descriptor of payloads) {
    const payload = await readPayload(connection, descriptor, errand);
    const signature = base64(descriptor.annotations?.[SIGNATURE] ?? '');
    if (payload === undefined || signature === undefined) continue;
    const verified = await Promise.all(pems.map((pem) => verifyWithKey(pem, payload, signature)));
    if (!verified.includes(true)) continue;
    const claim = readClaim(payload, 'cosign container image signature');
    if (claim?.digest === digest && claimMatches(claim.reference, reference, identity)) return undefined;
  }
  return `none of its ${payloads.length} signatures (tag "${tag}") is a trusted key's claim of this name`;
}

async function signatureLayers(
  connection: Connection,
  tag: string,
  { errand }: SignedImage,
): Promise<Descriptor[] | undefined> {
  try {
    const { bytes, mediaType } = await fetchManifest(connection, tag, errand);
    const parsed = parseManifest(bytes, mediaType, `"${tag}"`);
    if (parsed.kind !== 'manifest') return undefined;
    return parsed.manifest.layers.filter(({ mediaType }) => mediaType === PAYLOAD_TYPE).slice(0, MAX_SIGNATURES);
  } catch (error) {
    if (error instanceof NoSuchManifest) return undefined;
    throw error;
  }
}

async function readPayload(
  connection: Connection,
  descriptor: Descriptor,
  errand: SignedImage['errand'],
): Promise<Uint8Array | undefined> {
  if (descriptor.size > PAYLOAD_LIMIT_BYTES) return undefined;
  const bytes = await new Response(await openBlob(connection, descriptor, errand)).bytes();
  return digestOf(bytes, descriptor.digest) === descriptor.digest ? bytes : undefined;
}

function base64(text: string): Uint8Array | undefined {
  try {
    return text === '' ? undefined : Uint8Array.fromBase64(text);
  } catch {
    return undefined;
  }
}
