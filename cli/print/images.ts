import { formatTable } from '../../base/table.ts';
import { nameColumns, type ImageRow, type NamedImage } from './image-row.ts';

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
  rows: readonly ImageRow[],
  { noHeading = false, digests = false, history = false }: ImagesTable = {},
): string {
  const columns: (readonly [string, (row: ImageRow) => string])[] = [
    ['REPOSITORY', ({ Repository }) => Repository],
    ['TAG', ({ Tag }) => Tag],
    ...(digests ? [['DIGEST', ({ Digest }: ImageRow) => Digest] as const] : []),
    ['IMAGE ID', ({ ID }) => ID],
    ['CREATED', ({ Created }) => Created],
    ['SIZE', ({ Size }) => Size],
    ...(history ? [['HISTORY', ({ History }: ImageRow) => History] as const] : []),
  ];
  const lines = rows.map((row) => columns.map(([, cell]) => cell(row)));
  return formatTable(noHeading ? lines : [columns.map(([heading]) => heading), ...lines]);
}

export type ImageSort = 'created' | 'id' | 'repository' | 'size' | 'tag';

/** The order of `images --sort`: newest first where nothing else is asked for. */
export function sortImages(images: readonly NamedImage[], by: ImageSort): NamedImage[] {
  if (by === 'created') return images.toSorted((a, b) => createdMs(b) - createdMs(a));
  if (by === 'size') return images.toSorted((a, b) => a.entry.sizeBytes - b.entry.sizeBytes);
  const key = ({ image, entry }: NamedImage): string => (by === 'id' ? image.id : nameColumns(entry)[by]);
  return images.toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function createdMs({ entry }: NamedImage): number {
  return Date.parse(entry.created) || 0;
}
