import type { ImageSource } from '../../spec/image-transport.ts';

/** What an archive, a directory or another engine holds, open until closed. */
export interface ImageCollection {
  /** As messages name it. */
  readonly name: string;
  readonly images: readonly HeldImage[];
  close(): Promise<void>;
}

export interface HeldImage {
  /** The names that it has there, as written there: untrusted. */
  readonly names: readonly string[];
  /** Lives as long as the collection: closing it does nothing. */
  readonly source: ImageSource;
}

/** One image of a collection, which is closed with it. */
export function soleSource(collection: ImageCollection, { source }: HeldImage): ImageSource {
  return { ...source, close: () => collection.close() };
}
