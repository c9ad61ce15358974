import type { Digest } from '../../spec/image.ts';
import { parseUniqueJson } from './unique-json.ts';

/** What a signed payload claims (containers-signature(5)). */
export interface Claim {
  readonly digest: Digest;
  readonly reference: string;
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a payload whose signature is verified. `undefined` where anything in its critical part is missing, unknown or
 * repeated: a signature that is not understood is none.
 */
export function readClaim(payload: Uint8Array, type: string): Claim | undefined {
  try {
    const { critical } = only(parseUniqueJson(new TextDecoder('utf-8', { fatal: true }).decode(payload)), [
      'critical',
      'optional',
    ]);
    const { type: found, image, identity } = only(critical, ['type', 'image', 'identity']);
    const { 'docker-manifest-digest': digest } = only(image, ['docker-manifest-digest']);
    const { 'docker-reference': reference } = only(identity, ['docker-reference']);
    if (found !== type || typeof digest !== 'string' || typeof reference !== 'string') return undefined;
    return { digest, reference };
  } catch {
    return undefined;
  }
}

function only(value: unknown, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || !Object.keys(value).every((name) => known.includes(name)))
    throw new TypeError('a field is unknown');
  return value as Fields;
}
