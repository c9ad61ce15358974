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

/** One image of a collection, which is closed with it. `names` are those of its names that say more than a tag. */
export function soleSource(collection: ImageCollection, held: HeldImage): ImageSource & { names: readonly string[] } {
  return { ...held.source, names: fullNames(held), close: () => collection.close() };
}

/** An image layout may call an image `1.0` alone, which names nothing outside of it. */
export function fullNames({ names }: HeldImage): readonly string[] {
  return names.filter((name) => name.includes('/') || name.includes(':'));
}
