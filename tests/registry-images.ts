/** Images that tests put into a registry by the distribution protocol alone: no other program has a hand in them. */
import { readFileSync } from 'node:fs';
import { imageOf, sha256, tar, type Parts, type TarMember } from './image-archive.ts';

export interface PushedImage {
  /** Of the manifest. */
  readonly digest: string;
  /** Of the config. */
  readonly id: string;
  /** Of the compressed layers. */
  readonly layers: readonly string[];
  readonly manifest: string;
}

export interface PushOptions {
  readonly compression?: 'gzip' | 'zstd';
  readonly family?: 'oci' | 'docker';
}

const OCI = 'application/vnd.oci.image';
const DOCKER = 'application/vnd.docker';

/** Puts an image into `HOST/REPOSITORY:TAG`; without a tag it is there by its digest alone. */
export async function pushImage(
  host: string,
  name: string,
  { config, layers }: Parts,
  { compression = 'gzip', family = 'oci' }: PushOptions = {},
): Promise<PushedImage> {
  const [repository = '', tag] = name.split(':');
  const blobs = layers.map((layer) => {
    const bytes = layer as Uint8Array<ArrayBuffer>;
    return compression === 'gzip' ? Bun.gzipSync(bytes) : Bun.zstdCompressSync(bytes);
  });
  for (const blob of [new TextEncoder().encode(config), ...blobs]) await pushBlob(host, repository, blob);
  const describe = (mediaType: string, bytes: string | Uint8Array) => {
    return { mediaType, digest: sha256(bytes), size: Buffer.byteLength(bytes) };
  };
  const types =
    family === 'oci'
      ? [`${OCI}.manifest.v1+json`, `${OCI}.config.v1+json`, `${OCI}.layer.v1.tar+${compression}`]
      : [
          `${DOCKER}.distribution.manifest.v2+json`,
          `${DOCKER}.container.image.v1+json`,
          `${DOCKER}.image.rootfs.diff.tar.gzip`,
        ];
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: types[0]!,
    config: describe(types[1]!, config),
    layers: blobs.map((blob) => describe(types[2]!, blob)),
  });
  await pushManifest(host, repository, tag ?? sha256(manifest), manifest, types[0]!);
  return { digest: sha256(manifest), id: sha256(config), layers: blobs.map((blob) => sha256(blob)), manifest };
}

/** An index over images that are there already, with the platform of each. Answers its digest. */
export async function pushIndex(
  host: string,
  name: string,
  images: readonly (readonly [image: PushedImage, platform: string])[],
): Promise<string> {
  const [repository = '', tag] = name.split(':');
  const mediaType = `${OCI}.index.v1+json`;
  const index = JSON.stringify({
    schemaVersion: 2,
    mediaType,
    manifests: images.map(([{ digest, manifest }, platform]) => {
      const [os, architecture, variant] = platform.split('/');
      const described = { mediaType: `${OCI}.manifest.v1+json`, digest, size: manifest.length };
      return { ...described, platform: { os, architecture, ...(variant === undefined ? {} : { variant }) } };
    }),
  });
  await pushManifest(host, repository, tag ?? sha256(index), index, mediaType);
  return sha256(index);
}

async function pushBlob(host: string, repository: string, bytes: Uint8Array): Promise<void> {
  const started = await fetch(`http://${host}/v2/${repository}/blobs/uploads/`, { method: 'POST' });
  const place = new URL(started.headers.get('location')!, `http://${host}`);
  place.searchParams.set('digest', sha256(bytes));
  const { status } = await fetch(place, { method: 'PUT', body: bytes as Uint8Array<ArrayBuffer> });
  if (status !== 201) throw new Error(`a blob was not taken: ${status}`);
}

async function pushManifest(host: string, repository: string, reference: string, body: string, type: string) {
  const address = `http://${host}/v2/${repository}/manifests/${reference}`;
  const answer = await fetch(address, { method: 'PUT', body, headers: { 'content-type': type } });
  if (answer.status !== 201) throw new Error(`a manifest was not taken: ${answer.status} ${await answer.text()}`);
}

/** A layer with this machine's static busybox and some of its names, on which containers can run. */
export function busyboxLayer(...more: readonly TarMember[]): Uint8Array {
  const data = readFileSync('/bin/busybox');
  const names = [
    'sh',
    'cat',
    'echo',
    'env',
    'id',
    'ls',
    'pwd',
    'sleep',
    'stat',
    'true',
    'touch',
    'rm',
    'mkdir',
    'seq',
    'dd',
  ];
  return tar([
    { path: 'bin/', directory: true },
    { path: 'bin/busybox', data, mode: 0o755 },
    ...names.map((name): TarMember => ({ path: `bin/${name}`, symlink: 'busybox' })),
    ...more,
  ]);
}

/** An image of busybox with these words for its containers. */
export function busyboxImage(config: object = {}, ...more: readonly TarMember[]): Parts {
  return imageOf([busyboxLayer(...more)], { config: { Cmd: ['sh'], ...config } });
}
