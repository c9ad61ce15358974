import type { Descriptor, Digest } from './image.ts';

/** A manifest or index exactly as its origin has it: the digest is over these bytes. */
export interface ManifestBytes {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
  readonly digest: Digest;
}

/**
 * One way in: a registry, an archive, a directory, another engine. Opened for one image. Bytes are as the origin gives
 * them; whoever receives them checks digest and size. Errors are LimpidErrors that name the origin.
 */
export interface ImageSource {
  /** As messages name it: `docker://localhost:5000/app:1`. */
  readonly name: string;
  /** The manifest or index that the source was opened for, or with a digest another one of the same repository. */
  manifest(digest?: Digest): Promise<ManifestBytes>;
  /** A blob's bytes, in order and whole. A source that can mends broken transfers itself (Range) and paces retries. */
  blob(descriptor: Descriptor): Promise<ReadableStream<Uint8Array>>;
  close(): Promise<void>;
}

export interface BlobMount {
  /** A repository of the same registry that has the blob. */
  readonly from: string;
}

/** One way out. Blobs first, then manifests; nothing is visible there before `commit` where the kind allows that. */
export interface ImageDestination {
  readonly name: string;
  hasBlob(descriptor: Descriptor): Promise<boolean>;
  /** `open` may be called again where a try failed. */
  putBlob(
    descriptor: Descriptor,
    open: () => Promise<ReadableStream<Uint8Array>>,
    options?: { readonly mount?: BlobMount },
  ): Promise<void>;
  /** With `instance` a manifest below an index: stored by digest, without the tag. */
  putManifest(manifest: ManifestBytes, options?: { readonly instance?: boolean }): Promise<void>;
  commit(): Promise<void>;
  close(): Promise<void>;
}
