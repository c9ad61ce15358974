import { LimpidError } from '../../base/error.ts';
import { hostArch } from '../../kernel/arch.ts';
import { builtinNames, builtinRootfs, type RootfsEntry } from '../../kernel/assets.ts';
import { digestOf } from '../../spec/digest.ts';
import { MEDIA_TYPE, type ImageConfig } from '../../spec/image.ts';
import type { ImageSource } from '../../spec/image-transport.ts';
import { encodeManifest } from './convert-manifest.ts';
import { BLOCK, memberHeader, memberPadding } from './member-header.ts';

/** The root file system that limpid carries inside, as an image of one layer: the same bytes from the same program. */
export async function builtinImage(reference: string, name: string): Promise<ImageSource> {
  const builtin = builtinRootfs(reference);
  if (builtin === undefined) {
    const known = builtinNames().map((one) => `builtin:${one}`);
    throw new LimpidError({
      code: 'ENOIMAGE',
      doing: 'find',
      subject: `"${name}"`,
      why: 'there is no such built-in image',
      hint: `there is ${known.join(', ')}`,
    });
  }
  const layer = archive(await builtin.entries(), await builtin.program());
  const config = new TextEncoder().encode(JSON.stringify(describe(digestOf(layer), name)));
  const manifest = encodeManifest({
    schemaVersion: 2,
    mediaType: MEDIA_TYPE.ociManifest,
    config: { mediaType: MEDIA_TYPE.ociConfig, digest: digestOf(config), size: config.length },
    layers: [{ mediaType: MEDIA_TYPE.ociLayer, digest: digestOf(layer), size: layer.length }],
  });
  const blobs = new Map([
    [digestOf(config), config],
    [digestOf(layer), layer],
  ]);
  return {
    name,
    manifest: async () => manifest,
    blob: async ({ digest }) => new Blob([blobs.get(digest)!]).stream(),
    async close() {},
  };
}

function describe(diffId: string, name: string): ImageConfig {
  const created = '1970-01-01T00:00:00Z';
  return {
    created,
    architecture: hostArch === 'aarch64' ? 'arm64' : 'amd64',
    os: 'linux',
    config: {
      Env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
      Cmd: ['sh'],
    },
    rootfs: { type: 'layers', diff_ids: [diffId] },
    history: [{ created, created_by: name }],
  };
}

function archive(entries: readonly RootfsEntry[], program: Uint8Array): Uint8Array {
  const pieces: Uint8Array[] = [];
  for (const entry of entries) {
    const { path } = entry;
    if (entry.kind === 'directory')
      pieces.push(memberHeader({ path: `${path}/`, type: 'directory', mode: entry.mode }));
    else if (entry.kind === 'symlink')
      pieces.push(memberHeader({ path, type: 'symlink', mode: 0o777, target: entry.target }));
    else {
      const bytes = entry.kind === 'file' ? new TextEncoder().encode(entry.text) : program;
      pieces.push(memberHeader({ path, size: bytes.length, mode: entry.mode }), bytes, memberPadding(bytes.length));
    }
  }
  return Buffer.concat([...pieces, new Uint8Array(2 * BLOCK)]);
}
