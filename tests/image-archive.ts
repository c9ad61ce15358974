/** Archives of images made byte by byte, so that any part of one can be wrong. */
import { BLOCK, memberHeader, memberPadding } from '../store/transports/member-header.ts';

export interface TarMember {
  readonly path: string;
  readonly data?: string | Uint8Array;
  readonly symlink?: string;
  readonly hardLink?: string;
  readonly directory?: boolean;
  /** What the header says instead of the truth. */
  readonly size?: number;
  readonly mode?: number;
}

export function tar(members: readonly TarMember[]): Uint8Array {
  const pieces = members.flatMap((member) => memberBytes(member));
  return Buffer.concat([...pieces, new Uint8Array(2 * BLOCK)]);
}

export function memberBytes({
  path,
  data = '',
  symlink,
  hardLink,
  directory,
  size,
  mode = 0o644,
}: TarMember): Uint8Array[] {
  if (directory === true) return [memberHeader({ path, type: 'directory', mode: 0o755 })];
  if (symlink !== undefined) return [memberHeader({ path, type: 'symlink', target: symlink })];
  if (hardLink !== undefined) {
    const header = Buffer.from(memberHeader({ path, type: 'symlink', target: hardLink }));
    return [withType(header, '1')];
  }
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  return [memberHeader({ path, size: size ?? bytes.length, mode }), bytes, memberPadding(bytes.length)];
}

/** Another type flag, with the checksum that belongs to it. */
export function withType(header: Buffer, type: string): Buffer {
  header.write(type, 156, 'latin1');
  header.write(' '.repeat(8), 148, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

export function sha256(bytes: string | Uint8Array): string {
  return `sha256:${hex(bytes)}`;
}

export function hex(bytes: string | Uint8Array): string {
  return new Bun.CryptoHasher('sha256').update(bytes).digest('hex');
}

export interface Parts {
  readonly config: string;
  /** Plain archives, the base first. */
  readonly layers: readonly Uint8Array[];
}

export function imageOf(layers: readonly Uint8Array[], more: object = {}): Parts {
  const config = {
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: { Cmd: ['sh'] },
    rootfs: { type: 'layers', diff_ids: layers.map(sha256) },
    ...more,
  };
  return { config: JSON.stringify(config), layers };
}

/** What `docker save` writes. */
export function dockerMembers({ config, layers }: Parts, names: readonly string[] | null): TarMember[] {
  const layerPaths = layers.map((layer) => `${hex(layer)}.tar`);
  const list = [{ Config: `${hex(config)}.json`, RepoTags: names, Layers: layerPaths }];
  return [
    ...layers.map((data, at) => ({ path: layerPaths[at]!, data })),
    { path: `${hex(config)}.json`, data: config },
    { path: 'manifest.json', data: JSON.stringify(list) },
  ];
}

/** An image layout whose layers are compressed by gzip. */
export function ociMembers({ config, layers }: Parts, name: string | undefined): TarMember[] {
  const blobs = layers.map((layer) => Bun.gzipSync(layer as Uint8Array<ArrayBuffer>));
  const describe = (mediaType: string, bytes: string | Uint8Array) => ({
    mediaType: `application/vnd.oci.image.${mediaType}`,
    digest: sha256(bytes),
    size: Buffer.byteLength(bytes),
  });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: describe('config.v1+json', config),
    layers: blobs.map((blob) => describe('layer.v1.tar+gzip', blob)),
  });
  const annotations = name === undefined ? {} : { annotations: { 'org.opencontainers.image.ref.name': name } };
  const index = { schemaVersion: 2, manifests: [{ ...describe('manifest.v1+json', manifest), ...annotations }] };
  return [
    { path: 'oci-layout', data: '{"imageLayoutVersion":"1.0.0"}' },
    ...[config, manifest, ...blobs].map((data) => ({ path: `blobs/sha256/${hex(data)}`, data })),
    { path: 'index.json', data: JSON.stringify(index) },
  ];
}
