import { expect, test } from 'bun:test';
import { digestOf } from '../../spec/digest.ts';
import type { ImageSource, ManifestBytes } from '../../spec/image-transport.ts';
import { MEDIA_TYPE, type Descriptor, type ImageManifest } from '../../spec/image.ts';
import { checkImageManifest, diffIdsOf } from './check-image.ts';
import { checkManifest } from './check-manifest.ts';
import { chooseManifest } from './choose-manifest.ts';
import { parsePlatform } from './platform.ts';

const CONFIG: Descriptor = { mediaType: MEDIA_TYPE.ociConfig, digest: digestOf(new Uint8Array([1])), size: 1 };
const LAYER: Descriptor = { mediaType: MEDIA_TYPE.ociLayerGzip, digest: digestOf(new Uint8Array([2])), size: 1 };
const documents = new Map<string, ManifestBytes>();

function put(mediaType: string, document: object): Descriptor {
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, mediaType, ...document }));
  const digest = digestOf(bytes);
  documents.set(digest, { bytes, mediaType, digest });
  return { mediaType, digest, size: bytes.length };
}

const image = (extra: object = {}) => put(MEDIA_TYPE.ociManifest, { config: CONFIG, layers: [LAYER], ...extra });
const index = (...manifests: Descriptor[]) => put(MEDIA_TYPE.ociIndex, { manifests });
const on = (descriptor: Descriptor, platform: string): Descriptor => ({
  ...descriptor,
  platform: parsePlatform(platform),
});
const source: ImageSource = {
  name: 'docker://x',
  manifest: async (digest) => documents.get(digest!)!,
  blob: async () => new ReadableStream(),
  close: async () => {},
};
const choose = (top: Descriptor, platform = 'linux/amd64') =>
  chooseManifest(source, documents.get(top.digest)!, parsePlatform(platform));

test('an image is itself, an index is asked for its own', async () => {
  const [arm, amd] = [image({ annotations: { a: 'arm' } }), image({ annotations: { a: 'amd' } })];
  const top = index(on(arm, 'linux/arm64'), on(amd, 'linux/amd64'));
  expect((await choose(amd)).indexes).toEqual([]);
  expect(await choose(top)).toMatchObject({ digest: amd.digest, indexes: [{ digest: top.digest }] });
  expect((await choose(top, 'linux/arm64/v8')).digest).toBe(arm.digest);
  expect(choose(top, 'linux/s390x')).rejects.toThrow(
    'cannot choose an image of docker://x: there is none for linux/s390x (hint: there is linux/arm64, linux/amd64: choose one with --platform)',
  );
});

test('an index in an index, but not without end', async () => {
  const own = on(image(), 'linux/amd64');
  const nested = (depth: number): Descriptor => (depth === 0 ? index(own) : index(nested(depth - 1)));
  expect((await choose(nested(3))).digest).toBe(own.digest);
  expect(choose(nested(4))).rejects.toThrow('its index holds an index that holds an index, more than 4 deep');
});

test('bytes of another digest or size', () => {
  const { digest, size } = image();
  const found = documents.get(digest)!;
  expect(checkManifest(found, { digest, size }, source)).toEqual(found);
  expect(() => checkManifest(found, { digest, size: size + 1 }, source)).toThrow(
    `it has ${size} bytes where its index says ${size + 1}`,
  );
  expect(() => checkManifest({ ...found, digest: LAYER.digest }, { digest: LAYER.digest }, source)).toThrow(
    `its digest is ${digest} where ${LAYER.digest} was wanted`,
  );
});

const manifest = (changes: Partial<ImageManifest>): ImageManifest => ({
  schemaVersion: 2,
  config: CONFIG,
  layers: [LAYER],
  ...changes,
});

test.each<[Partial<ImageManifest>, string]>([
  [
    { config: { ...CONFIG, mediaType: 'application/vnd.x+json' } },
    'it is no image but an artifact of type "application/vnd.x+json"',
  ],
  [
    { layers: [{ ...LAYER, urls: ['http://elsewhere/'] }] },
    'is foreign: kept elsewhere, at places that the image names',
  ],
  [{ layers: [{ ...LAYER, mediaType: 'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip' }] }, 'is foreign'],
  [
    { layers: [{ ...LAYER, mediaType: `${LAYER.mediaType}+encrypted` }] },
    'is encrypted (hint: decryption is not supported)',
  ],
  [{ layers: [{ ...LAYER, mediaType: 'text/plain' }] }, 'is of the unknown type "text/plain"'],
  [{ layers: Array.from({ length: 501 }, () => LAYER) }, 'it has 501 layers, 500 may be'],
  [{ config: { ...CONFIG, size: (8 << 20) + 1 } }, 'its config has 8388609 bytes, 8388608 may be'],
])('%#: no image of ours', (changes, why) => {
  expect(() => checkImageManifest(manifest(changes), 'x')).toThrow(why);
});

test('an image may have a config of 8 MiB and 500 layers, in the words of OCI or Docker', () => {
  const config = { ...CONFIG, mediaType: MEDIA_TYPE.dockerConfig, size: 8 << 20 };
  const types = [
    ...[MEDIA_TYPE.ociLayer, MEDIA_TYPE.ociLayerGzip, MEDIA_TYPE.ociLayerZstd],
    ...[MEDIA_TYPE.dockerLayer, MEDIA_TYPE.dockerLayerGzip, 'application/vnd.docker.image.rootfs.diff.tar.zstd'],
  ];
  const layers = Array.from({ length: 500 }, (_, at) => ({ ...LAYER, mediaType: types[at % types.length]! }));
  expect(checkImageManifest(manifest({ config, layers }), 'x')).toBeUndefined();
});

test('one diff_id for each layer', () => {
  const config = { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers' as const, diff_ids: ['a', 'b'] } };
  expect(() => diffIdsOf(config, manifest({}), 'x')).toThrow(
    'cannot use the config of x: it has 2 diff_ids for 1 layers',
  );
  expect(diffIdsOf(config, manifest({ layers: [LAYER, LAYER] }), 'x')).toEqual(['a', 'b']);
});
