/** Hex digits of each hash that image-spec registers and Bun.CryptoHasher computes. */
const HEX_LENGTH: Readonly<Record<string, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** What is wrong with a digest, as the end of a sentence; `undefined` where it is one. */
export function digestComplaint(text: string): string | undefined {
  const colon = text.indexOf(':');
  if (colon < 0) return 'has no "ALGORITHM:" in front';
  const algorithm = text.slice(0, colon);
  const hex = text.slice(colon + 1);
  const length = Object.hasOwn(HEX_LENGTH, algorithm) ? HEX_LENGTH[algorithm]! : undefined;
  if (length === undefined) return `is of an unknown algorithm (known: ${Object.keys(HEX_LENGTH).join(', ')})`;
  if (/[^0-9a-f]/.test(hex)) return 'is not made of lower-case hexadecimal digits';
  if (hex.length !== length) return `has ${hex.length} digits, ${algorithm} has ${length}`;
  return undefined;
}

export function isDigest(text: string): boolean {
  return digestComplaint(text) === undefined;
}

/** A hash that takes bytes as they come; `finish` answers the digest. */
export class DigestHasher {
  readonly #algorithm: 'sha256' | 'sha384' | 'sha512';
  readonly #hasher: Bun.CryptoHasher;

  /** `like`: a digest, whose algorithm is taken. */
  constructor(like = 'sha256:') {
    this.#algorithm = like.slice(0, like.indexOf(':')) as 'sha256';
    this.#hasher = new Bun.CryptoHasher(this.#algorithm);
  }

  update(bytes: Uint8Array): void {
    this.#hasher.update(bytes);
  }

  finish(): string {
    return `${this.#algorithm}:${this.#hasher.digest('hex')}`;
  }
}

/** The digest of bytes, with the algorithm of `like`. */
export function digestOf(bytes: Uint8Array, like?: string): string {
  const hasher = new DigestHasher(like);
  hasher.update(bytes);
  return hasher.finish();
}
