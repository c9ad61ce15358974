import { expect, test } from 'bun:test';
import fc from 'fast-check';
import { LimpidError } from '../base/error.ts';
import { digestComplaint, digestOf, DigestHasher, isDigest } from './digest.ts';
import { isForeignLayer, parseImageConfig, parseManifest } from './image-parse.ts';
import { isIndexType } from './manifest-kind.ts';
import { MEDIA_TYPE } from './image.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const config = { mediaType: MEDIA_TYPE.ociConfig, digest: DIGEST, size: 2 };
const layer = { mediaType: MEDIA_TYPE.ociLayerGzip, digest: DIGEST, size: 3 };
const MANIFEST = { schemaVersion: 2, mediaType: MEDIA_TYPE.ociManifest, config, layers: [layer] };
const INDEX = {
  schemaVersion: 2,
  manifests: [
    {
      mediaType: MEDIA_TYPE.ociManifest,
      digest: DIGEST,
      size: 4,
      platform: { architecture: 'arm', os: 'linux', variant: 'v7' },
    },
  ],
};

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const parse = (value: unknown, mediaType?: string) => parseManifest(bytes(value), mediaType, '"it"');

function refusal(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof LimpidError) return `${error.code} ${error.message}`;
    throw error;
  }
  throw new Error('it was accepted');
}

test('a manifest and an index, by their content', () => {
  expect(parse({ ...MANIFEST, unknown: 1 }, MEDIA_TYPE.ociManifest)).toEqual({
    kind: 'manifest',
    manifest: MANIFEST,
  } as never);
  expect(parse(INDEX, MEDIA_TYPE.dockerManifestList)).toEqual({ kind: 'index', index: INDEX } as never);
  expect(parse(INDEX).kind).toBe('index');
  expect(parse({ ...MANIFEST, mediaType: MEDIA_TYPE.dockerManifest }, 'application/json').kind).toBe('manifest');
  expect(parse({ ...MANIFEST, annotations: null }).kind).toBe('manifest');
});

test.each([
  ['{', undefined, 'it is no JSON text in UTF-8'],
  ['[]', undefined, 'it is no JSON object'],
  ['null', undefined, 'it is no JSON object'],
  [{}, undefined, 'it has neither "manifests" nor "config" and "layers"'],
  [{ ...MANIFEST, manifests: [] }, undefined, 'it is an index and an image manifest at once'],
  [{ ...INDEX, layers: [] }, undefined, 'it is an index and an image manifest at once'],
  [{ ...INDEX, config: null }, undefined, 'it is an index and an image manifest at once'],
  [MANIFEST, MEDIA_TYPE.ociIndex, `it is called ${MEDIA_TYPE.ociIndex}, but its content is an image manifest`],
  [INDEX, MEDIA_TYPE.dockerManifest, `it is called ${MEDIA_TYPE.dockerManifest}, but its content is an index`],
  [
    { ...INDEX, mediaType: MEDIA_TYPE.ociManifest },
    undefined,
    `it is called ${MEDIA_TYPE.ociManifest}, but its content is an index`,
  ],
  [{ ...MANIFEST, schemaVersion: 1 }, undefined, "it is of Docker's schema 1"],
  [MANIFEST, 'application/vnd.docker.distribution.manifest.v1+prettyjws', "it is of Docker's schema 1"],
])('parseManifest(%j, %j) is refused', (value, mediaType, why) => {
  expect(refusal(() => parse(value, mediaType))).toStartWith(`EMANIFEST cannot use "it": ${why}`);
});

test.each([
  [{ ...MANIFEST, schemaVersion: 3 }, '"schemaVersion" of "it": 3 is not 2'],
  [{ ...MANIFEST, config: undefined }, '"config" of "it": it is missing'],
  [{ ...MANIFEST, layers: {} }, '"layers" of "it": an object is not a list'],
  [{ ...MANIFEST, layers: [{ ...layer, size: -1 }] }, '"layers[0].size" of "it": -1 is not within'],
  [{ ...MANIFEST, layers: [{ ...layer, size: 1.5 }] }, '"layers[0].size" of "it": 1.5 is not a whole number'],
  [{ ...MANIFEST, layers: [{ ...layer, size: '3' }] }, '"layers[0].size" of "it": "3" is not a whole number'],
  [
    { ...MANIFEST, layers: [{ ...layer, digest: 'sha256:../..' }] },
    '"layers[0].digest" of "it": "sha256:../.." is not made of lower-case hexadecimal digits',
  ],
  [{ ...MANIFEST, layers: [{ ...layer, digest: 'md5:aa' }] }, 'is of an unknown algorithm'],
  [{ ...MANIFEST, config: { ...config, mediaType: 'a b' } }, '"config.mediaType" of "it": "a b" is not a media type'],
  [{ ...MANIFEST, annotations: { a: 1 } }, '"annotations.a" of "it": 1 is not text'],
  [
    { schemaVersion: 2, manifests: [{ ...config, platform: { os: 'linux' } }] },
    '"manifests[0].platform.architecture" of "it": it is missing',
  ],
])('parseManifest(%j) names the field', (value, why) => {
  expect(refusal(() => parse(value))).toContain(why);
});

const CONFIG = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [DIGEST] } };

test('a config, without what is null or unknown', () => {
  const given = {
    ...CONFIG,
    config: { Env: null, Cmd: ['sh'], Labels: { a: 'b' }, More: 1 },
    history: [{ empty_layer: true }],
    docker_version: '1',
  };
  expect(parseImageConfig(bytes(given), '"it"')).toEqual({
    ...CONFIG,
    config: { Cmd: ['sh'], Labels: { a: 'b' } },
    history: [{ empty_layer: true }],
  } as never);
});

test.each([
  [{}, '"architecture" of "it": it is missing'],
  [{ ...CONFIG, os: undefined }, '"os" of "it": it is missing'],
  [{ ...CONFIG, rootfs: undefined }, '"rootfs" of "it": it is missing'],
  [{ ...CONFIG, rootfs: { type: 'files', diff_ids: [] } }, '"rootfs.type" of "it": "files" is not one of layers'],
  [
    { ...CONFIG, rootfs: { type: 'layers', diff_ids: ['x'] } },
    '"rootfs.diff_ids[0]" of "it": "x" has no "ALGORITHM:" in front',
  ],
  [{ ...CONFIG, config: { Env: ['=x'] } }, '"config.Env[0]" of "it": "=x" has no name'],
  [{ ...CONFIG, config: { Env: ['A=\0'] } }, '"config.Env[0]" of "it": it holds a NUL byte'],
  [{ ...CONFIG, config: { Entrypoint: 'sh' } }, '"config.Entrypoint" of "it": "sh" is not a list'],
  [
    { ...CONFIG, config: { Labels: JSON.parse('{"__proto__": "x"}') } },
    '"config.Labels.__proto__" of "it": that is no name',
  ],
])('parseImageConfig(%j) is refused', (value, why) => {
  expect(refusal(() => parseImageConfig(bytes(value), '"it"'))).toStartWith(`ECONFIG cannot use ${why}`);
});

test('law: any document is read or refused with a code', () => {
  const value = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        schemaVersion: fc.constantFrom(1, 2),
        config: fc.oneof(fc.constant(config), fc.jsonValue()),
        layers: fc.oneof(fc.constant([layer]), fc.jsonValue()),
      },
      { requiredKeys: [] },
    ),
    fc.record({ schemaVersion: fc.constant(2), manifests: fc.array(fc.oneof(fc.constant(config), fc.jsonValue())) }),
  );
  fc.assert(
    fc.property(
      value,
      fc.option(fc.constantFrom(...Object.values(MEDIA_TYPE)), { nil: undefined }),
      (document, mediaType) => {
        for (const read of [() => parse(document, mediaType), () => parseImageConfig(bytes(document), '"it"')]) {
          try {
            read();
          } catch (error) {
            expect(['EMANIFEST', 'ECONFIG']).toContain((error as LimpidError).code);
          }
        }
      },
    ),
    { numRuns: 200 },
  );
  fc.assert(
    fc.property(fc.uint8Array(), (noise) =>
      refusal(() => parseManifest(noise, undefined, 'x')).startsWith('EMANIFEST'),
    ),
  );
});

test('kinds of media types', () => {
  expect(isForeignLayer('application/vnd.docker.image.rootfs.foreign.diff.tar.gzip')).toBe(true);
  expect(isForeignLayer('application/vnd.oci.image.layer.nondistributable.v1.tar+zstd')).toBe(true);
  expect(Object.values(MEDIA_TYPE).filter(isForeignLayer)).toEqual([]);
  expect(Object.values(MEDIA_TYPE).filter(isIndexType)).toEqual([MEDIA_TYPE.ociIndex, MEDIA_TYPE.dockerManifestList]);
});

test('digests', () => {
  const text = new TextEncoder().encode('abc');
  expect(digestOf(text)).toBe('sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  expect(digestOf(text, 'sha512:')).toStartWith('sha512:ddaf35a1');
  const hasher = new DigestHasher();
  for (const byte of text) hasher.update(new Uint8Array([byte]));
  expect(hasher.finish()).toBe(digestOf(text));
  expect(isDigest(digestOf(text, 'sha384:'))).toBe(true);
  expect(digestComplaint('sha256')).toBe('has no "ALGORITHM:" in front');
  expect(isDigest('__proto__:')).toBe(false);
});
