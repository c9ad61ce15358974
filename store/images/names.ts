import type { ImageEntry } from './entry.ts';

type Unnamed = Omit<ImageEntry, 'name'>;

/** The entries with an image under these names, which others lose; what had no other name stays, without one. Pure. */
export function withNames(entries: readonly ImageEntry[], image: Unnamed, names: readonly string[]): ImageEntry[] {
  const taken = new Set(names);
  const others = entries.map((entry) => (entry.name !== undefined && taken.has(entry.name) ? unnamed(entry) : entry));
  const own = names.map((name): ImageEntry => ({ ...image, name }));
  return tidy([...others, ...(own.length === 0 ? [{ ...image }] : own)]);
}

/** The entries without these names; an image that had no other stays, without one. Pure. */
export function withoutNames(entries: readonly ImageEntry[], names: ReadonlySet<string>): ImageEntry[] {
  return tidy(entries.map((entry) => (entry.name !== undefined && names.has(entry.name) ? unnamed(entry) : entry)));
}

function unnamed({ name, ...image }: ImageEntry): ImageEntry {
  return name === undefined ? image : { ...image };
}

/** An entry without a name is there only for an image that has none at all. */
function tidy(entries: readonly ImageEntry[]): ImageEntry[] {
  const named = new Set(entries.filter(({ name }) => name !== undefined).map(({ id }) => id));
  const bare = new Set<string>();
  return entries.filter(({ id, name }) => {
    if (name !== undefined) return true;
    if (named.has(id) || bare.has(id)) return false;
    bare.add(id);
    return true;
  });
}
