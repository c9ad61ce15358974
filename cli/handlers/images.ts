import { listImages } from '../../engine/images/list.ts';
import type { StoredImage } from '../../engine/images/find.ts';
import type { World } from '../../engine/world.ts';
import type { command } from '../commands/images.ts';
import type { Handler, Invocation } from '../parse/command.ts';
import { imageRow, type ImageDetails, type NamedImage } from '../print/image-row.ts';
import { IMAGE_HEADINGS, printImages, sortImages } from '../print/images.ts';
import { worldOf } from '../world.ts';

type Options = typeof command.options;

export const handle: Handler<Options> = async (invocation) => {
  await invocation.output.out(await describe(worldOf(invocation), invocation));
  return 0;
};

async function describe(world: World, { options, args }: Invocation<Options>): Promise<string> {
  const chosen = await choose(world, args[0], options.filter);
  const images = sortImages(chosen.flatMap(named), options.sort);
  const { format, 'no-trunc': noTrunc, noheading: noHeading } = options;
  if (options.quiet && format === undefined) return printIds(images, noTrunc);
  const nowMs = Date.now();
  if (format === undefined) {
    const { digests, history } = options;
    return printImages(images, { nowMs, noTrunc }, { noHeading, digests, history });
  }
  const details = await detailsOf(world, chosen);
  if (format === 'json') {
    const { imageJson } = await import('../print/image-row.ts');
    const documents = images.map((one) => imageJson(one, details.get(one.image.id)!));
    return `${JSON.stringify(documents, null, 4)}\n`;
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

function named(image: StoredImage): NamedImage[] {
  return image.entries.map((entry) => ({ image, entry }));
}

function printIds(images: readonly NamedImage[], noTrunc: boolean): string {
  const ids = new Set(images.map(({ image }) => image.id));
  return [...ids].map((id) => `${noTrunc ? id : id.slice(id.indexOf(':') + 1).slice(0, 12)}\n`).join('');
}

async function detailsOf(world: World, images: readonly StoredImage[]): Promise<Map<string, ImageDetails>> {
  const { imageDetails } = await import('../../engine/images/details.ts');
  return imageDetails(world, images);
}
