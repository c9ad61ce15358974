import { agesAt, type AgeOf } from '../../base/duration.ts';
import { formatTable } from '../../base/table.ts';
import { formatImageSize } from '../../base/size.ts';
import { createdColumn, idColumn, nameColumns, type ImageStyle, type NamedImage } from './image-row.ts';

/** Headings of `images --format 'table …'` that are not the field's name in capitals. */
export const IMAGE_HEADINGS: Readonly<Record<string, string>> = {
  ID: 'IMAGE ID',
  CreatedAt: 'CREATED AT',
  CreatedSince: 'CREATED',
  History: 'HISTORY',
};

export interface ImagesTable {
  readonly noHeading?: boolean;
  readonly digests?: boolean;
  readonly history?: boolean;
}

/** The table of `images`. */
export function printImages(
  images: readonly NamedImage[],
  { nowMs, noTrunc }: ImageStyle,
  table?: ImagesTable,
): string {
  return formatTable(imageLines(images, { ageOf: agesAt(nowMs), noTrunc }, table));
}

/** The same before it is laid out. */
export function imageLines(
  images: readonly NamedImage[],
  { ageOf, noTrunc }: { readonly ageOf: AgeOf; readonly noTrunc: boolean },
  { noHeading = false, digests = false, history = false }: ImagesTable = {},
): string[][] {
  const lines = noHeading ? [] : [headings(digests, history)];
  for (const { image, entry } of images) {
    const { repository, tag } = nameColumns(entry);
    const cells = [repository, tag];
    if (digests) cells.push(entry.manifest.digest);
    cells.push(idColumn(image.id, noTrunc), createdColumn(entry, ageOf), formatImageSize(entry.sizeBytes));
    if (history) cells.push(image.entries.flatMap(({ name }) => name ?? []).join(', '));
    lines.push(cells);
  }
  return lines;
}

function headings(digests: boolean, history: boolean): string[] {
  const names = ['REPOSITORY', 'TAG'];
  if (digests) names.push('DIGEST');
  names.push('IMAGE ID', 'CREATED', 'SIZE');
  return history ? [...names, 'HISTORY'] : names;
}

export type ImageSort = 'created' | 'id' | 'repository' | 'size' | 'tag';

/** The order of `images --sort`: newest first where nothing else is asked for. */
export function sortImages(images: readonly NamedImage[], by: ImageSort): NamedImage[] {
  if (by === 'created') return newestFirst(images);
  if (by === 'size') return images.toSorted((a, b) => a.entry.sizeBytes - b.entry.sizeBytes);
  const key = ({ image, entry }: NamedImage): string => (by === 'id' ? image.id : nameColumns(entry)[by]);
  return images.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

/** Each time is read once. */
function newestFirst(images: readonly NamedImage[]): NamedImage[] {
  const dated = images.map((image) => ({ image, ms: Date.parse(image.entry.created) || 0 }));
  dated.sort((a, b) => b.ms - a.ms);
  return dated.map(({ image }) => image);
}
