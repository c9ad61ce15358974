interface KeyKind {
  readonly import: Parameters<SubtleCrypto['importKey']>[2];
  readonly verify: Parameters<SubtleCrypto['verify']>[0];
  /** Bytes of each of an ECDSA signature's two numbers. */
  readonly numberBytes?: number;
}

const HASH = 'SHA-256';
const KINDS: readonly KeyKind[] = [
  ecdsa('P-256', 32),
  ecdsa('P-384', 48),
  ecdsa('P-521', 66),
  { import: { name: 'RSASSA-PKCS1-v1_5', hash: HASH }, verify: { name: 'RSASSA-PKCS1-v1_5' } },
  { import: { name: 'Ed25519' }, verify: { name: 'Ed25519' } },
];

/** Whether a PEM public key has signed the payload, as cosign does: ECDSA in DER, RSA, Ed25519, over SHA-256. */
export async function verifyWithKey(pem: string, payload: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const spki = derOf(pem);
  if (spki === undefined) return false;
  for (const kind of KINDS) {
    const key = await importKey(spki, kind);
    if (key === undefined) continue;
    const raw = kind.numberBytes === undefined ? signature : rawSignature(signature, kind.numberBytes);
    return raw !== undefined && crypto.subtle.verify(kind.verify, key, owned(raw), owned(payload));
  }
  return false;
}

function ecdsa(namedCurve: string, numberBytes: number): KeyKind {
  return { import: { name: 'ECDSA', namedCurve }, verify: { name: 'ECDSA', hash: HASH }, numberBytes };
}

async function importKey(spki: Uint8Array, kind: KeyKind): Promise<CryptoKey | undefined> {
  try {
    return await crypto.subtle.importKey('spki', owned(spki), kind.import, false, ['verify']);
  } catch {
    return undefined;
  }
}

function derOf(pem: string): Uint8Array | undefined {
  const body = /-----BEGIN PUBLIC KEY-----([\s\S]+?)-----END PUBLIC KEY-----/.exec(pem)?.[1];
  try {
    return body === undefined ? undefined : Uint8Array.fromBase64(body.replace(/\s/g, ''));
  } catch {
    return undefined;
  }
}

/** `SEQUENCE { INTEGER r, INTEGER s }` as WebCrypto wants it: both numbers in full width, one behind the other. */
export function rawSignature(der: Uint8Array, numberBytes: number): Uint8Array | undefined {
  const raw = new Uint8Array(2 * numberBytes);
  const lengthBytes = der[1] === 0x81 ? 2 : 1;
  if (der[0] !== 0x30 || der[lengthBytes] !== der.length - 1 - lengthBytes) return undefined;
  let at = 1 + lengthBytes;
  for (const end of [numberBytes, 2 * numberBytes]) {
    if (der[at] !== 0x02) return undefined;
    const length = der[at + 1] ?? 0;
    let number = der.subarray(at + 2, at + 2 + length);
    if (number.length !== length || length === 0) return undefined;
    at += 2 + length;
    while (number.length > 1 && number[0] === 0) number = number.subarray(1);
    if (number.length > numberBytes) return undefined;
    raw.set(number, end - number.length);
  }
  return at === der.length ? raw : undefined;
}

// WebCrypto's types do not take bytes that might be shared with another thread.
function owned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}
