import { expect, test } from 'bun:test';
import { MEDIA_TYPE, type ImageManifest } from '../../spec/image.ts';
import { convertManifest, encodeManifest, isOfFormat } from './convert-manifest.ts';

const digest = `sha256:${'1'.repeat(64)}`;
const docker: ImageManifest = {
  schemaVersion: 2,
  mediaType: MEDIA_TYPE.dockerManifest,
  config: { mediaType: MEDIA_TYPE.dockerConfig, size: 1, digest },
  layers: [
    { mediaType: MEDIA_TYPE.dockerLayerGzip, size: 2, digest },
    { mediaType: MEDIA_TYPE.dockerLayer, size: 3, digest },
  ],
};

test("Docker's manifest as OCI's and back is the same, to the byte", () => {
  const oci = convertManifest(docker, 'oci', 'x');
  expect([oci.mediaType, oci.config.mediaType, ...oci.layers.map(({ mediaType }) => mediaType)]).toEqual([
    MEDIA_TYPE.ociManifest,
    MEDIA_TYPE.ociConfig,
    MEDIA_TYPE.ociLayerGzip,
    MEDIA_TYPE.ociLayer,
  ]);
  expect(isOfFormat({ mediaType: oci.mediaType! }, 'oci')).toBe(true);
  expect(encodeManifest(convertManifest(oci, 'v2s2', 'x'))).toEqual(encodeManifest(docker));
});

test.each<[string, ImageManifest, 'oci' | 'v2s2', string]>([
  [
    'zstd',
    { ...docker, layers: [{ mediaType: MEDIA_TYPE.ociLayerZstd, size: 1, digest }] },
    'v2s2',
    `it has a part of type "${MEDIA_TYPE.ociLayerZstd}", which Docker's manifests do not know`,
  ],
  [
    'a subject',
    { ...docker, subject: docker.config },
    'v2s2',
    "Docker's manifests cannot say that they belong to another",
  ],
  [
    'anything',
    { ...docker, config: { mediaType: 'a/b', size: 1, digest } },
    'oci',
    `it has a part of type "a/b", which OCI's manifests do not know`,
  ],
])('%s', (_, document, format, why) => {
  expect(() => convertManifest(document, format, 'x')).toThrow(`cannot convert "x": ${why}`);
});
