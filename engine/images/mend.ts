import { LimpidError } from '../../base/error.ts';
import type { RegistryOptions } from '../../registry/options.ts';
import type { ImageSource } from '../../spec/image-transport.ts';
import type { Descriptor, Digest } from '../../spec/image.ts';
import { removeBlob, writeBlob } from '../../store/images/blobs.ts';
import { checkManifest } from '../../store/images/check-manifest.ts';
import type { ImageEntry } from '../../store/images/entry.ts';
import { readWhole } from '../../store/images/read-whole.ts';
import { repairLayer } from '../../store/layers/repair-layer.ts';
import type { World } from '../world.ts';
import { repositoryOf, shortId } from './find.ts';
import { openSources } from './open-source.ts';

export interface MendOptions {
  readonly registry?: RegistryOptions;
}

/** Makes damaged parts of images anew, from where the images came. Each method throws a LimpidError where it cannot. */
export class Mender {
  readonly #world: World;
  readonly #options: MendOptions;
  readonly #open = new Map<string, ImageSource>();

  constructor(world: World, options: MendOptions) {
    this.#world = world;
    this.#options = options;
  }

  async manifest(digest: Digest, entries: readonly ImageEntry[]): Promise<void> {
    const source = await this.#source(entries);
    this.#replace(digest, checkManifest(await source.manifest(digest), { digest }, source).bytes);
  }

  async config(descriptor: Descriptor, entries: readonly ImageEntry[]): Promise<void> {
    const source = await this.#source(entries);
    const bytes = await readWhole(await source.blob(descriptor), descriptor, `the config of ${source.name}`);
    this.#replace(descriptor.digest, bytes);
  }

  /** From its blob, where that is whole; else from the first origin of an image with this layer. */
  async layer(
    { descriptor, diffId }: { readonly descriptor: Descriptor; readonly diffId: Digest },
    entries: readonly ImageEntry[],
  ): Promise<void> {
    const { name, id } = originOf(entries);
    await repairLayer(this.#world, {
      descriptor,
      diffId,
      name: name ?? shortId(id),
      open: async () => (await this.#source(entries)).blob(descriptor),
    });
  }

  async close(): Promise<void> {
    for (const source of this.#open.values()) await source.close();
  }

  #replace(digest: Digest, bytes: Uint8Array): void {
    removeBlob(this.#world, digest);
    writeBlob(this.#world, digest, bytes);
  }

  async #source(entries: readonly ImageEntry[]): Promise<ImageSource> {
    const origin = originOf(entries);
    const { name, manifest, id } = origin;
    if (name === undefined || !isPulled(origin)) throw nowhere(name ?? shortId(id));
    const pinned = `${repositoryOf(name)}@${manifest.digest}`;
    const known = this.#open.get(pinned);
    if (known !== undefined) return known;
    const [open] = await openSources(this.#world, pinned, this.#options.registry ?? {});
    const { source } = await open!();
    this.#open.set(pinned, source);
    return source;
  }
}

/** Of the images that need a part, one that came from elsewhere, if there is one. */
function originOf(entries: readonly ImageEntry[]): ImageEntry {
  return entries.find(isPulled) ?? entries[0]!;
}

/** An image that was made here is nowhere else. */
function isPulled({ name }: ImageEntry): boolean {
  return name !== undefined && !name.startsWith('localhost/');
}

function nowhere(image: string): LimpidError {
  return new LimpidError({
    code: 'ENOORIGIN',
    doing: 'repair',
    subject: `image "${image}"`,
    why: 'it was made here, and there is nowhere to pull it from',
    hint: `\`limpid rmi ${image}\`, and make it again`,
  });
}
