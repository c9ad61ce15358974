import { digestOf } from '../../spec/digest.ts';
import { parseImageConfig, parseManifest } from '../../spec/image-parse.ts';
import type { Descriptor, Digest } from '../../spec/image.ts';
import type { ImageDestination, ManifestBytes } from '../../spec/image-transport.ts';
import { ArchiveWriter } from './archive-writer.ts';
import type { ArchiveSink } from './archive-sink.ts';
import { cannotWrite } from './fault.ts';
import { describeManifest, indexText, LAYOUT_TEXT } from './layout-destination.ts';

const CONFIG_LIMIT_BYTES = 8 * 1024 * 1024;

/** An archive being written, of any number of images. Nothing of it is visible before `finish`. */
export interface ArchiveOut {
  /** A destination for one more image, under these names. Its `commit` adds it, `finish` writes the list of all. */
  image(names: readonly string[]): ImageDestination;
  finish(): void;
  close(): void;
}

/** What `docker load` and `podman load` read: plain layers, configs, and `manifest.json` at the end. */
export function dockerArchiveOut(sink: ArchiveSink): ArchiveOut {
  const writer = new ArchiveWriter(sink);
  const items: { Config: string; RepoTags: readonly string[] | null; Layers: string[] }[] = [];
  const diffIds = new Map<Digest, Digest>();
  const layerPath = (diffId: Digest) => `${hex(diffId)}.tar`;
  return {
    image(names) {
      const blobs = new Map<Digest, Uint8Array>();
      let top: ManifestBytes | undefined;
      return {
        name: sink.name,
        hasBlob: async ({ digest }) => diffIds.has(digest),
        async putBlob(descriptor, open) {
          if (isConfig(descriptor)) blobs.set(descriptor.digest, await wholeConfig(descriptor, open));
          else diffIds.set(descriptor.digest, await writer.layer(descriptor, open, layerPath));
        },
        async putManifest(manifest) {
          top = manifest;
        },
        async commit() {
          const item = describeItem(sink.name, top, blobs, diffIds);
          writer.document(item.Config, item.config);
          items.push({
            Config: item.Config,
            RepoTags: names.length === 0 ? null : names,
            Layers: item.diffIds.map(layerPath),
          });
        },
        async close() {},
      };
    },
    finish() {
      writer.document('manifest.json', new TextEncoder().encode(JSON.stringify(items)));
      writer.commit();
    },
    close: () => writer.close(),
  };
}

function describeItem(
  name: string,
  top: ManifestBytes | undefined,
  blobs: ReadonlyMap<Digest, Uint8Array>,
  written: ReadonlyMap<Digest, Digest>,
) {
  const parsed = top === undefined ? undefined : parseManifest(top.bytes, top.mediaType, 'the manifest');
  if (parsed?.kind !== 'manifest')
    throw cannotWrite(name, 'this form holds no manifest lists', 'use oci-archive, or one image of the list');
  const config = blobs.get(parsed.manifest.config.digest);
  if (config === undefined) throw cannotWrite(name, 'the image has no config');
  const { rootfs } = parseImageConfig(config, 'the config');
  const diffIds = parsed.manifest.layers.map(({ digest }) => written.get(digest));
  if (diffIds.length !== rootfs.diff_ids.length || diffIds.some((diffId, at) => diffId !== rootfs.diff_ids[at]))
    throw cannotWrite(name, 'the layers of the image are not those that its config names');
  return { Config: `${hex(digestOf(config))}.json`, config, diffIds: rootfs.diff_ids };
}

/** An OCI image layout as an archive: blobs as they are, `index.json` at the end. */
export function ociArchiveOut(sink: ArchiveSink): ArchiveOut {
  const writer = new ArchiveWriter(sink);
  const listed: Descriptor[] = [];
  const pathOf = (digest: Digest) => `blobs/${digest.replace(':', '/')}`;
  writer.document('oci-layout', new TextEncoder().encode(LAYOUT_TEXT));
  return {
    image(names) {
      let top: ManifestBytes | undefined;
      return {
        name: sink.name,
        hasBlob: async ({ digest }) => writer.has(pathOf(digest)),
        putBlob: ({ digest, size }, open) => writer.stream(pathOf(digest), size, open),
        async putManifest(manifest, { instance = false } = {}) {
          writer.document(pathOf(manifest.digest), manifest.bytes);
          if (!instance) top = manifest;
        },
        async commit() {
          if (top === undefined) throw cannotWrite(sink.name, 'no manifest was put there');
          for (const tag of names.length === 0 ? [undefined] : names) listed.push(describeManifest(top, tag));
        },
        async close() {},
      };
    },
    finish() {
      writer.document('index.json', new TextEncoder().encode(indexText(listed)));
      writer.commit();
    },
    close: () => writer.close(),
  };
}

function isConfig({ mediaType }: Descriptor): boolean {
  return mediaType.endsWith('+json');
}

function hex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}

async function wholeConfig({ size }: Descriptor, open: () => Promise<ReadableStream<Uint8Array>>): Promise<Uint8Array> {
  if (size > CONFIG_LIMIT_BYTES)
    throw cannotWrite('the archive', `the config has ${size} bytes, ${CONFIG_LIMIT_BYTES} may be`);
  return new Uint8Array(await new Response(await open()).arrayBuffer());
}
