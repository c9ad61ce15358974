import { LimpidError } from '../base/error.ts';
import type { BlobMount, ImageDestination, ManifestBytes } from '../spec/image-transport.ts';
import type { Descriptor } from '../spec/image.ts';
import { formatReference, withDefaultTag, type ImageReference } from '../spec/reference.ts';
import { failure, type Errand } from './errand.ts';
import { Connection } from './http/connection.ts';
import { delayBefore } from './http/delay.ts';
import type { RegistryOptions } from './options.ts';
import { pushEndpoint } from './settings/endpoints.ts';
import { beginUpload, blobExists, pushScope, sendBlob, type OpenBlob } from './upload.ts';

const REFUSED: readonly string[] = ['EUNAUTHORIZED', 'EFORBIDDEN'];
const PASSING: readonly string[] = ['ETRANSFER', 'ETIMEDOUT', 'ERATELIMIT', 'EBUSY'];

/** A registry's repository, for pushing to the reference's tag (`latest` unless said). Each part is there once it is sent. */
export function registryDestination(reference: ImageReference, options: RegistryOptions): ImageDestination {
  return new RegistryDestination(withDefaultTag(reference), options);
}

class RegistryDestination implements ImageDestination {
  readonly name: string;
  readonly #reference: ImageReference;
  readonly #options: RegistryOptions;
  #connection: Promise<Connection> | undefined;

  constructor(reference: ImageReference, options: RegistryOptions) {
    this.#reference = reference;
    this.#options = options;
    this.name = `docker://${formatReference(reference)}`;
  }

  async hasBlob(descriptor: Descriptor): Promise<boolean> {
    return blobExists(await this.#connect(), descriptor, this.#errand(descriptor));
  }

  async putBlob(descriptor: Descriptor, open: OpenBlob, options: { readonly mount?: BlobMount } = {}): Promise<void> {
    const connection = await this.#connect();
    const errand = this.#errand(descriptor);
    const { tries } = connection.pacing;
    let mountFrom = options.mount?.from;
    for (let attempt = 1; ; attempt++) {
      try {
        const upload = await beginUpload(connection, descriptor, mountFrom, errand);
        if (upload !== undefined) await sendBlob(connection, upload, descriptor, open, errand);
        return;
      } catch (error) {
        if (!(error instanceof LimpidError) || attempt >= tries) throw error;
        // Who may push here may not be allowed to read there.
        const isMountRefused = mountFrom !== undefined && REFUSED.includes(error.code);
        mountFrom = undefined;
        if (isMountRefused) continue;
        if (!PASSING.includes(error.code)) throw error;
        await connection.pause(error.message, delayBefore(attempt + 1, null, connection.pacing, 0, Math.random())!);
      }
    }
  }

  async putManifest(
    manifest: ManifestBytes,
    { instance = false }: { readonly instance?: boolean } = {},
  ): Promise<void> {
    const connection = await this.#connect();
    const { tag } = this.#reference;
    const { repository } = connection.endpoint;
    const errand = this.#errand();
    const { response, url } = await connection.send({
      method: 'PUT',
      target: `/v2/${repository}/manifests/${instance || tag === undefined ? manifest.digest : tag}`,
      headers: { 'content-type': manifest.mediaType },
      body: () => Promise.resolve(manifest.bytes),
      scopes: [pushScope(repository)],
      errand,
      expect: [201, 200],
    });
    await response.body?.cancel();
    const stored = response.headers.get('docker-content-digest');
    if (stored !== null && stored !== manifest.digest)
      throw failure('EDIGEST', errand, `"${url.host}" stored the manifest as ${stored}, sent was ${manifest.digest}`);
  }

  async commit(): Promise<void> {}

  async close(): Promise<void> {}

  #errand(descriptor?: Descriptor): Errand {
    const name = `"${formatReference(this.#reference)}"`;
    return { doing: 'push', subject: descriptor === undefined ? name : `blob ${descriptor.digest} to ${name}` };
  }

  #connect(): Promise<Connection> {
    return (this.#connection ??= pushEndpoint(this.#reference, this.#options).then(
      (endpoint) => new Connection(endpoint, this.#options),
    ));
  }
}
