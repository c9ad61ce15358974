import { LimpidError } from '../../base/error.ts';
import { formatReference, parseImageName, withDefaultTag } from '../../spec/reference.ts';
import { lockEntries } from '../../store/images/index-file.ts';
import { withNames, withoutNames } from '../../store/images/names.ts';
import type { World } from '../world.ts';
import { lookUp, noSuchImage } from './find.ts';

/** Gives an image further names, which others lose. Throws ENOIMAGE, EREFERENCE. */
export function tagImage(world: World, image: string, names: readonly string[]): void {
  const full = names.map(newName);
  lockEntries(world, ({ entries, replace }) => {
    const found = lookUp(entries, image);
    if (found === undefined) throw noSuchImage(image);
    const { name: _, ...entry } = found.entry;
    replace(withNames(entries, entry, full));
  });
}

/** Takes names away, all of them where none is given. The image itself stays. Throws ENOIMAGE, ENONAME. */
export function untagImage(world: World, image: string, names: readonly string[] = []): void {
  lockEntries(world, ({ entries, replace }) => {
    const found = lookUp(entries, image);
    if (found === undefined) throw noSuchImage(image);
    const own = found.entries.flatMap(({ name }) => name ?? []);
    const full = names.length === 0 ? own : names.map((name) => ownName(own, name, image));
    replace(withoutNames(entries, new Set(full)));
  });
}

/** A name that somebody gives here: without a registry it is of this machine, as podman has it. Throws EREFERENCE. */
export function newName(text: string): string {
  const name = parseImageName(text);
  if (name.digest !== undefined) {
    throw new LimpidError({
      code: 'EREFERENCE',
      doing: 'give',
      subject: `the name "${text}"`,
      why: 'it has a digest, which an image has of its own',
      hint: 'give it a tag',
    });
  }
  return formatReference(withDefaultTag({ registry: 'localhost', ...name }));
}

function ownName(own: readonly string[], text: string, image: string): string {
  const full = formatReference(withDefaultTag(parseImageName(text)));
  const found = own.find((name) => name === full) ?? own.find((name) => name.endsWith(`/${full}`));
  if (found !== undefined) return found;
  throw new LimpidError({
    code: 'ENONAME',
    doing: 'take away',
    subject: `the name "${text}" of image "${image}"`,
    why: 'it has no such name',
    hint: own.length === 0 ? 'it has none at all' : `it has ${own.join(', ')}`,
  });
}
