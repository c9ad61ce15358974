import type { AgeOf } from '../../base/duration.ts';
import { listImages } from '../../engine/images/list.ts';
import type { StoredImage } from '../../engine/images/find.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/images.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { imageRow, type ImageDetails, type NamedImage } from '../print/image-row.ts';
import { IMAGE_HEADINGS, imageLines, printImages, sortImages } from '../print/images.ts';
import { worldOf } from '../world.ts';

type Options = typeof command.options;

export const handle: Handler<Options> = async (invocation) => {
  const { options, args, output } = invocation;
  const world = worldOf(invocation);
  const askedMs = Date.now();
  const chosen = await choose(world, args[0], options.filter);
  const images = sortImages(chosen.flatMap(named), options.sort);
  await output.out(await describe(world, { chosen, images, nowMs: askedMs }, options));
  if (args.length === 0 && isUsual(invocation)) {
    const { keepImages } = await import('../keep-images.ts');
    const linesWith = (ageOf: AgeOf) => usualLines(images, ageOf, options);
    await keepImages(world, { words: invocation.words, askedMs, linesWith });
  }
  return 0;
};

/** Options whose answer depends on nothing but the list of images and the time. */
const USUAL: ReadonlySet<string> = new Set(['all', 'digests', 'history', 'no-trunc', 'noheading', 'quiet']);

function isUsual({ typed }: Invocation<Options>): boolean {
  for (const name in typed) if (!USUAL.has(name)) return false;
  return true;
}

function usualLines(images: readonly NamedImage[], ageOf: AgeOf, options: Invocation<Options>['options']): string[][] {
  const { quiet, 'no-trunc': noTrunc, noheading: noHeading, digests, history } = options;
  if (quiet) return idsOf(images, noTrunc).map((id) => [id]);
  return imageLines(images, { ageOf, noTrunc }, { noHeading, digests, history });
}

interface Shown {
  readonly chosen: readonly StoredImage[];
  readonly images: readonly NamedImage[];
  readonly nowMs: number;
}

async function describe(
  world: World,
  { chosen, images, nowMs }: Shown,
  options: Invocation<Options>['options'],
): Promise<string> {
  const { format, 'no-trunc': noTrunc, noheading: noHeading } = options;
  if (format === undefined) {
    if (options.quiet)
      return idsOf(images, noTrunc)
        .map((id) => `${id}\n`)
        .join('');
    const { digests, history } = options;
    return printImages(images, { nowMs, noTrunc }, { noHeading, digests, history });
  }
  const details = await detailsOf(world, chosen);
  if (format === 'json') {
    const { printableJson } = await import('../../base/printable.ts');
    const { imageJson } = await import('../print/image-row.ts');
    const documents = images.map((one) => imageJson(one, details.get(one.image.id)!));
    return `${printableJson(JSON.stringify(documents, null, 4))}\n`;
  }
  const { formatRows } = await import('../template/format.ts');
  const rows = images.map((one) => imageRow(one, { nowMs, noTrunc }, details.get(one.image.id)));
  return formatRows(format, rows, { name: 'images', headings: IMAGE_HEADINGS, noHeading });
}

/** All, or those that the argument and the filters leave. */
async function choose(world: World, name: string | undefined, filters: readonly string[]): Promise<StoredImage[]> {
  const images = listImages(world);
  if (name === undefined && filters.length === 0) return images;
  const { parseImageFilters, referenceMatch } = await import('../../engine/images/filters.ts');
  const matches = parseImageFilters(world, filters);
  const isNamed = name === undefined ? () => true : referenceMatch(name);
  return images.filter((image) => isNamed(image) && matches(image));
}

/** As podman lists it: by its tags; by a digest, or as `<none>`, only where it has none. */
function named(image: StoredImage): NamedImage[] {
  const tagged = image.entries.filter(({ name }) => name !== undefined && !name.includes('@'));
  return (tagged.length === 0 ? [image.entry] : tagged).map((entry) => ({ image, entry }));
}

function idsOf(images: readonly NamedImage[], noTrunc: boolean): string[] {
  const ids = new Set(images.map(({ image }) => image.id));
  return [...ids].map((id) => (noTrunc ? id : id.slice(id.indexOf(':') + 1).slice(0, 12)));
}

async function detailsOf(world: World, images: readonly StoredImage[]): Promise<Map<string, ImageDetails>> {
  const { imageDetails } = await import('../../engine/images/details.ts');
  return imageDetails(world, images);
}
