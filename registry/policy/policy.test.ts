import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { LimpidError } from '../../base/error.ts';
import { parseReference } from '../../spec/reference.ts';
import { claimMatches } from './identity.ts';
import { readClaim } from './payload.ts';
import { parsePolicy, type IdentityRule } from './policy-json.ts';
import { rawSignature, verifyWithKey } from './public-key.ts';
import { pathScopes, registryScopes, requirementsFor } from './scopes.ts';
import { parseUniqueJson } from './unique-json.ts';

const ACCEPT = { type: 'insecureAcceptAnything' };
const REJECT = { type: 'reject' };
const policy = (document: unknown) =>
  parsePolicy(typeof document === 'string' ? document : JSON.stringify(document), '/policy.json');

function refusal(document: unknown): string {
  try {
    policy(document);
  } catch (error) {
    if (error instanceof LimpidError) return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

test.each([
  [{}, '"default" of "/policy.json": it is missing'],
  [{ default: [] }, '"default" of "/policy.json": it is empty'],
  [{ default: [{ type: 'accept' }] }, '"default[0].type" of "/policy.json": "accept" is no requirement'],
  [{ default: [{ ...REJECT, x: 1 }] }, '"default[0].x" of "/policy.json": there is no such field'],
  [{ default: [REJECT], transport: {} }, '"transport" of "/policy.json": there is no such field'],
  [
    { default: [REJECT], transports: { docker: { 'r.io': {} } } },
    '"transports.docker["r.io"]" of "/policy.json": it is no list',
  ],
  [
    { default: [{ type: 'signedBy', keyType: 'GPGKeys' }] },
    'exactly one of keyPath, keyPaths and keyData has to be there',
  ],
  [{ default: [{ type: 'signedBy', keyType: 'GPGKeys', keyPath: '/k', keyData: '' }] }, 'exactly one of'],
  ...[[], 'text', ['/k', 1], null].map((keyPaths): [object, string] => [
    { default: [{ type: 'sigstoreSigned', keyPaths }] },
    '"default[0].keyPaths" of "/policy.json": it is no text, or list of texts',
  ]),
  [
    { default: [{ type: 'sigstoreSigned', keyPath: 1 }] },
    '"default[0].keyPath" of "/policy.json": it is no text, or list of texts',
  ],
  [{ default: [{ type: 'sigstoreSigned', keyPath: '/k', keyPaths: ['/l'] }] }, 'exactly one of'],
  [{ default: [{ type: 'sigstoreSigned', keyDatas: ['AA==', '%'] }] }, '.keyDatas" of "/policy.json": it is no base64'],
  [{ default: [{ type: 'sigstoreSigned', keyData: '%' }] }, '"default[0].keyData" of "/policy.json": it is no base64'],
  [
    { default: [{ type: 'signedBy', keyType: 'GPGKeys', keyPath: '/k', signedIdentity: { type: 'any' } }] },
    '"any" is no rule for identities',
  ],
  [
    { default: [{ type: 'signedBy', keyType: 'GPGKeys', keyPath: '/k', signedIdentity: { type: 'exactReference' } }] },
    'signedIdentity.dockerReference',
  ],
  [
    '{"default":[{"type":"reject"}],"default":[{"type":"insecureAcceptAnything"}]}',
    'it is no JSON: "default" is there twice',
  ],
  ['{', 'it is no JSON: '],
  ['[]', 'it is no object'],
])('the policy %j is refused', (document, why) => {
  expect(refusal(document)).toContain(why);
});

test.each<[object, object]>([
  [{ keyPath: '/k' }, { paths: ['/k'], data: [] }],
  [{ keyPaths: ['/k', '/l'] }, { paths: ['/k', '/l'], data: [] }],
  [{ keyData: 'AQI=' }, { paths: [], data: [new Uint8Array([1, 2])] }],
])('the keys of %j', (given, keys) => {
  const identity = { type: 'matchExact' } as const;
  const wanted = { ...given, signedIdentity: identity };
  const asked = [
    { type: 'sigstoreSigned', ...wanted },
    { type: 'signedBy', keyType: 'GPGKeys', ...wanted },
  ];
  expect(policy({ default: asked }).default as readonly object[]).toEqual([
    { type: 'sigstoreSigned', keys, identity },
    { type: 'signedBy', keys, identity },
  ]);
});

test.each([
  [{ type: 'matchRepoDigestOrExact' }, { type: 'matchRepoDigestOrExact' }],
  [{ type: 'matchRepository' }, { type: 'matchRepository' }],
  [
    { type: 'exactReference', dockerReference: 'a.io/b:1' },
    { type: 'exactReference', reference: 'a.io/b:1' },
  ],
  [
    { type: 'exactRepository', dockerRepository: 'a.io/b' },
    { type: 'exactRepository', repository: 'a.io/b' },
  ],
  [
    { type: 'remapIdentity', prefix: 'a.io', signedPrefix: 'b.io' },
    { type: 'remapIdentity', prefix: 'a.io', signedPrefix: 'b.io' },
  ],
])('the identity %j', (signedIdentity, identity) => {
  const item = (rule: object) => ({ default: [{ type: 'sigstoreSigned', keyPath: '/k', signedIdentity: rule }] });
  expect(policy(item(signedIdentity)).default[0]).toMatchObject({ identity });
  expect(refusal(item({ ...signedIdentity, more: '' }))).toContain(
    'signedIdentity.more" of "/policy.json": there is no',
  );
  for (const name of Object.keys(signedIdentity).filter((key) => key !== 'type'))
    for (const wrong of ['', 1, undefined])
      expect(refusal(item({ ...signedIdentity, [name]: wrong }))).toContain(
        `signedIdentity.${name}" of "/policy.json": it is no text`,
      );
});

test.each(['fulcio', 'rekorPublicKeyPath', 'rekorPublicKeyPaths', 'rekorPublicKeyData', 'rekorPublicKeyDatas', 'pki'])(
  'sigstoreSigned with %s is fulfilled by nothing',
  (what) => {
    const asked = { type: 'sigstoreSigned', keyPath: '/k', [what]: {} };
    expect(policy({ default: [asked] }).default as readonly object[]).toEqual([
      { type: 'unsupported', what: `sigstoreSigned with "${what}"` },
    ]);
  },
);

test('sigstore’s keys may be several texts', () => {
  const keys = { paths: [], data: [new Uint8Array([1]), new Uint8Array([2])] };
  expect(policy({ default: [{ type: 'sigstoreSigned', keyDatas: ['AQ==', 'Ag=='] }] }).default[0]).toMatchObject({
    keys,
  });
});

test('law: any document is a policy or ECONF; what is no policy lets nothing in', () => {
  const item = fc.oneof(
    fc.constantFrom(ACCEPT, REJECT, { type: 'signedBy', keyType: 'GPGKeys', keyPath: '/k' }),
    fc.jsonValue(),
  );
  const list = fc.oneof(fc.array(item, { maxLength: 3 }), fc.jsonValue());
  const transports = fc.dictionary(
    fc.constantFrom('docker', 'oci', '__proto__'),
    fc.oneof(fc.dictionary(fc.string(), list), fc.jsonValue()),
  );
  const document = fc.oneof(fc.record({ default: list, transports }, { requiredKeys: [] }), fc.jsonValue());
  fc.assert(
    fc.property(document, (value) => {
      try {
        expect(policy(JSON.stringify(value)).default.length).toBeGreaterThan(0);
      } catch (error) {
        expect((error as LimpidError).code).toBe('ECONF');
      }
    }),
    { numRuns: 200 },
  );
});

test('what others verify and we do not is known, and fulfilled by nothing', () => {
  const unsupported = [
    { type: 'signedBaseLayer', baseLayerIdentity: {} },
    { type: 'signedBy', keyType: 'X509Certificates', keyPath: '/k' },
    { type: 'sigstoreSigned', fulcio: {}, rekorPublicKeyData: '' },
  ];
  expect(policy({ default: unsupported }).default.map(({ type }) => type)).toEqual([
    'unsupported',
    'unsupported',
    'unsupported',
  ]);
});

test('the most specific scope counts, alone', () => {
  const document = policy({
    default: [REJECT],
    transports: {
      docker: {
        '': [ACCEPT],
        'r.io': [REJECT],
        'r.io/a': [ACCEPT],
        'r.io/a/b:1': [REJECT],
        '*.x.io': [REJECT],
        'y.x.io': [ACCEPT],
      },
      oci: { '/tmp': [ACCEPT] },
    },
  });
  const of = (reference: string) =>
    requirementsFor(document, 'docker', registryScopes(parseReference(reference))).requirements[0]!.type;
  expect(of('r.io/a/b:1')).toBe('reject');
  expect(of('r.io/a/b:2')).toBe('insecureAcceptAnything');
  expect(of('r.io/ab')).toBe('reject');
  expect(of('q.io/a')).toBe('insecureAcceptAnything');
  expect(of('z.y.x.io/a')).toBe('reject');
  expect(of('y.x.io/a')).toBe('insecureAcceptAnything');
  const local = (path: string) => requirementsFor(document, 'oci', pathScopes(path, '1')).requirements[0]!.type;
  expect(local('/tmp/image')).toBe('insecureAcceptAnything');
  expect(local('/var/./../tmp//image')).toBe('insecureAcceptAnything');
  expect(local('/tmpx')).toBe('reject');
  expect(local('/tmp/../x')).toBe('reject');
  expect(requirementsFor(document, 'dir', pathScopes('/tmp')).scope).toBe('"default"');
});

test('scopes of an image with tag and digest are those of the digest', () => {
  const digest = `sha256:${'a'.repeat(64)}`;
  expect(registryScopes(parseReference(`a.r.io:5000/x/y:1@${digest}`))).toEqual([
    `a.r.io:5000/x/y@${digest}`,
    'a.r.io:5000/x/y',
    'a.r.io:5000/x',
    'a.r.io:5000',
    '*.r.io',
    '*.io',
  ]);
});

const DIGEST = `sha256:${'a'.repeat(64)}`;
test.each<[string, string, IdentityRule, boolean]>([
  ['r.io/a:1', 'r.io/a:1', { type: 'matchExact' }, true],
  ['r.io/a:2', 'r.io/a:1', { type: 'matchExact' }, false],
  ['r.io/a:1', `r.io/a@${DIGEST}`, { type: 'matchExact' }, false],
  ['r.io/a:1', 'r.io/a:1', { type: 'matchRepoDigestOrExact' }, true],
  ['r.io/a:2', 'r.io/a:1', { type: 'matchRepoDigestOrExact' }, false],
  ['r.io/a:2', `r.io/a@${DIGEST}`, { type: 'matchRepoDigestOrExact' }, true],
  ['r.io/a:2', `r.io/a:1@${DIGEST}`, { type: 'matchRepoDigestOrExact' }, true],
  ['r.io/b:2', `r.io/a@${DIGEST}`, { type: 'matchRepoDigestOrExact' }, false],
  ['r.io/a', 'r.io/a:1', { type: 'matchExact' }, false],
  ['r.io/a', 'r.io/a:1', { type: 'matchRepository' }, true],
  ['r.io/ab', 'r.io/a:1', { type: 'matchRepository' }, false],
  ['q.io/x:1', 'r.io/a:1', { type: 'exactReference', reference: 'q.io/x:1' }, true],
  ['q.io/x:2', 'r.io/a:1', { type: 'exactReference', reference: 'q.io/x:1' }, false],
  ['q.io/x:2', 'r.io/a:1', { type: 'exactRepository', repository: 'q.io/x' }, true],
  ['r.io/a:1', 'r.io/a:1', { type: 'exactRepository', repository: 'q.io/x' }, false],
  ['q.io/x:1', 'r.io/a:1', { type: 'exactRepository', repository: 'no name' }, false],
  ['q.io/x:1', 'r.io/a:1', { type: 'exactReference', reference: 'no name' }, false],
  ['r.io/a:1', `r.io/a:1@${DIGEST}`, { type: 'matchExact' }, false],
  ['r.io/a', 'r.io/a', { type: 'matchExact' }, false],
  ['q.io/up:1', 'm.io/q:1', { type: 'remapIdentity', prefix: 'm.io/q', signedPrefix: 'q.io/up' }, true],
  ['m.io/q/a:1', 'm.io/q/a:1', { type: 'remapIdentity', prefix: 'm.io/q', signedPrefix: 'NO NAME' }, true],
  ['q.io/up/a:1', 'm.io/q/a:1', { type: 'remapIdentity', prefix: 'm.io/q', signedPrefix: 'q.io/up' }, true],
  ['m.io/q/a:1', 'm.io/q/a:1', { type: 'remapIdentity', prefix: 'm.io/q', signedPrefix: 'q.io/up' }, false],
  ['m.io/qq/a:1', 'm.io/qq/a:1', { type: 'remapIdentity', prefix: 'm.io/q', signedPrefix: 'q.io/up' }, true],
  ['nonsense of a name', 'r.io/a:1', { type: 'matchRepository' }, false],
])('a claim of %s for %s by %j: %p', (claim, wanted, rule, fits) => {
  expect(claimMatches(claim, parseReference(wanted), rule)).toBe(fits);
});

const TYPE = 'atomic container signature';
const claim = (critical: object, rest: object = { optional: {} }) =>
  new TextEncoder().encode(JSON.stringify({ critical, ...rest }));
const CRITICAL = {
  type: TYPE,
  image: { 'docker-manifest-digest': DIGEST },
  identity: { 'docker-reference': 'r.io/a:1' },
};

test('a payload is understood as a whole, or not at all', () => {
  expect(readClaim(claim(CRITICAL), TYPE)).toEqual({ digest: DIGEST, reference: 'r.io/a:1' });
  const strange = [
    { ...CRITICAL, extra: 1 },
    { ...CRITICAL, type: 'x' },
    { ...CRITICAL, image: { ...CRITICAL.image, more: 1 } },
    { ...CRITICAL, image: {} },
    { ...CRITICAL, identity: { 'docker-reference': 7 } },
  ];
  for (const critical of strange) expect(readClaim(claim(critical), TYPE)).toBeUndefined();
  expect(readClaim(claim(CRITICAL, { more: 1 }), TYPE)).toBeUndefined();
  expect(readClaim(new TextEncoder().encode('{"critical":{},"critical":{}}'), TYPE)).toBeUndefined();
  expect(readClaim(new Uint8Array([0xff]), TYPE)).toBeUndefined();
});

test('law: JSON without repeated keys is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) =>
      expect(parseUniqueJson(JSON.stringify(value))).toEqual(JSON.parse(JSON.stringify(value))),
    ),
  );
});

test.each([
  ['{"a":1,"a":2}'],
  ['[{"x":{"b":1,"c":2,"b":3}}]'],
  [String.raw`{"a":1,"\u0061":2}`],
  ['{"a" : 1, "b": "\\"", "a"\n: 2}'],
])('%p has a key twice', (json) => {
  expect(() => parseUniqueJson(json)).toThrow('is there twice');
});

async function keyPair(algorithm: { name: string }, sign: { name: string }) {
  const pair = (await crypto.subtle.generateKey(algorithm as { name: 'Ed25519' }, true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair;
  const spki = new Uint8Array(await crypto.subtle.exportKey('spki', pair.publicKey));
  const pem = `-----BEGIN PUBLIC KEY-----\n${spki.toBase64()}\n-----END PUBLIC KEY-----\n`;
  return {
    pem,
    sign: async (data: Uint8Array<ArrayBuffer>) =>
      new Uint8Array(await crypto.subtle.sign(sign, pair.privateKey, data)),
  };
}

/** As openssl and cosign write an ECDSA signature. */
function toDer(raw: Uint8Array): Uint8Array {
  const number = (bytes: Uint8Array) => {
    let start = 0;
    while (start < bytes.length - 1 && bytes[start] === 0) start++;
    const value = bytes.subarray(start);
    return [2, value.length + (value[0]! >> 7), ...(value[0]! >> 7 ? [0] : []), ...value];
  };
  const body = [...number(raw.subarray(0, raw.length / 2)), ...number(raw.subarray(raw.length / 2))];
  return new Uint8Array([0x30, ...(body.length > 127 ? [0x81] : []), body.length, ...body]);
}

const PAYLOAD = new TextEncoder().encode('payload');
test.each(['P-256', 'P-384', 'P-521'])('ECDSA over %s', async (namedCurve) => {
  const ecdsa = { name: 'ECDSA', namedCurve };
  const sha256 = { name: 'ECDSA', hash: 'SHA-256' };
  const key = await keyPair(ecdsa, sha256);
  const other = await keyPair(ecdsa, sha256);
  const signature = toDer(await key.sign(PAYLOAD));
  expect(await verifyWithKey(key.pem, PAYLOAD, signature)).toBe(true);
  expect(await verifyWithKey(other.pem, PAYLOAD, signature)).toBe(false);
  expect(await verifyWithKey(key.pem, new TextEncoder().encode('payloae'), signature)).toBe(false);
  expect(await verifyWithKey('no key', PAYLOAD, signature)).toBe(false);
});

test('RSA and Ed25519', async () => {
  const rsa = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  };
  for (const [algorithm, sign] of [
    [rsa, { name: rsa.name }],
    [{ name: 'Ed25519' }, { name: 'Ed25519' }],
  ] as const) {
    const key = await keyPair(algorithm, sign);
    expect(await verifyWithKey(key.pem, PAYLOAD, await key.sign(PAYLOAD))).toBe(true);
    expect(await verifyWithKey(key.pem, PAYLOAD, new Uint8Array(256))).toBe(false);
  }
});

test('law: any two numbers come out of DER as they went in; any bytes are no error', () => {
  const raw = fc.uint8Array({ minLength: 64, maxLength: 64 });
  fc.assert(fc.property(raw, (bytes) => expect(rawSignature(toDer(bytes), 32)).toEqual(bytes)));
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => (rawSignature(bytes, 32)?.length ?? 64) === 64));
});
