import { LimpidError } from '../base/error.ts';
import type { ImageSource, ManifestBytes } from '../spec/image-transport.ts';
import type { Descriptor, Digest } from '../spec/image.ts';
import { isIndexType } from '../spec/manifest-kind.ts';
import { formatReference, withDefaultTag, type ImageReference } from '../spec/reference.ts';
import type { Errand } from './errand.ts';
import { Connection } from './http/connection.ts';
import { fetchManifest, NoSuchManifest } from './manifest.ts';
import type { RegistryOptions } from './options.ts';
import { PolicyGuard } from './policy/guard.ts';
import { endpointsOf } from './settings/endpoints.ts';

/**
 * A registry's image, for pulling: by its digest where the reference has one, else by tag (`latest` unless said). Asks
 * nothing of anybody until it is read. Mirrors come first, as registries.conf has them; the first that has the image
 * serves all of it.
 */
export function registrySource(reference: ImageReference, options: RegistryOptions): ImageSource {
  return new RegistrySource(withDefaultTag(reference), options);
}

class RegistrySource implements ImageSource {
  readonly name: string;
  readonly #reference: ImageReference;
  readonly #options: RegistryOptions;
  #connections: Promise<Connection[]> | undefined;
  /** The one that had the image. */
  #chosen: Connection | undefined;
  #guard: PolicyGuard | undefined;
  /** The policy is content with what the reference names, and so with all below it. */
  #isIndexTrusted = false;
  /** What the policy misses of the manifest that was read last. */
  #refusal: LimpidError | undefined;

  constructor(reference: ImageReference, options: RegistryOptions) {
    this.#reference = reference;
    this.#options = options;
    this.name = `docker://${formatReference(reference)}`;
  }

  async manifest(digest?: Digest): Promise<ManifestBytes> {
    const { tag, digest: pinned } = this.#reference;
    const wanted = digest ?? pinned ?? tag!;
    const errand = { doing: 'pull', subject: `"${formatReference(this.#reference)}"` };
    this.#guard ??= await PolicyGuard.for(this.#reference, errand, this.#options);
    const manifest = await this.#fetch(wanted, errand);
    await this.#checkSignatures(manifest, digest !== undefined, this.#guard, errand);
    return manifest;
  }

  /** A signature may be over an index, and so over all below it, or over the one manifest that is chosen from it. */
  async #checkSignatures(
    { digest, mediaType }: ManifestBytes,
    isInstance: boolean,
    guard: PolicyGuard,
    errand: Errand,
  ): Promise<void> {
    if (isInstance && this.#isIndexTrusted) return;
    this.#refusal = await guard.fault(digest, this.#chosen!, errand);
    this.#isIndexTrusted = !isInstance && this.#refusal === undefined;
    if (this.#refusal !== undefined && (isInstance || !isIndexType(mediaType))) throw this.#refusal;
  }

  async #fetch(wanted: string, errand: Errand): Promise<ManifestBytes> {
    const { tag } = this.#reference;
    const connections = this.#chosen === undefined ? await this.#candidates() : [this.#chosen];
    for (const [index, connection] of connections.entries()) {
      try {
        const manifest = await fetchManifest(connection, wanted, errand);
        this.#chosen = connection;
        return manifest;
      } catch (error) {
        if (!(error instanceof LimpidError)) throw error;
        if (index < connections.length - 1)
          this.#options.notice?.(`mirror "${connection.endpoint.registry}": ${error.message}`);
        else if (error instanceof NoSuchManifest && wanted === tag) {
          const { withNearestTags } = await import('./nearest-tags.ts');
          throw await withNearestTags(error, connection, tag, errand);
        } else throw error;
      }
    }
    throw new Error('there is always one endpoint');
  }

  async blob(descriptor: Descriptor): Promise<ReadableStream<Uint8Array>> {
    const errand = { doing: 'pull', subject: `blob ${descriptor.digest} of "${formatReference(this.#reference)}"` };
    if (this.#chosen === undefined) await this.manifest();
    if (this.#refusal !== undefined) throw this.#refusal;
    const connections = await this.#candidates();
    // Who only asks whether an image has changed needs none of these.
    const { openBlob } = await import('./blob.ts');
    for (const connection of connections.slice(connections.indexOf(this.#chosen!))) {
      try {
        return await openBlob(connection, descriptor, errand);
      } catch (error) {
        // A mirror may have a manifest and not all of its blobs; a digest is the same everywhere.
        const isLast = connection === connections.at(-1);
        if (isLast || !(error instanceof LimpidError) || error.code !== 'ENOBLOB') throw error;
      }
    }
    throw new Error('there is always one endpoint');
  }

  async close(): Promise<void> {}

  #candidates(): Promise<Connection[]> {
    return (this.#connections ??= this.#connect());
  }

  async #connect(): Promise<Connection[]> {
    const endpoints = await endpointsOf(this.#reference, this.#options);
    return endpoints.map((endpoint) => new Connection(endpoint, this.#options));
  }
}
