import { printable } from '../../base/printable.ts';
import { formatTable } from '../../base/table.ts';
import type { FoundImage } from '../../engine/registries/search.ts';
import { formatRows } from '../template/format.ts';

export interface SearchTable {
  readonly format: string | undefined;
  readonly compatible: boolean;
  readonly noTrunc: boolean;
}

const DESCRIPTION_LENGTH = 60;
const CHECKED = '[OK]';

/** Found repositories as a table, or by `--format`; fields are podman's. */
export function printFound(found: readonly FoundImage[], { format, compatible, noTrunc }: SearchTable): string {
  const rows = found.map((image) => rowOf(image, noTrunc));
  if (format !== undefined) return formatRows(format, rows, { name: 'search' });
  if (rows.length === 0) return '';
  const headings = ['NAME', 'DESCRIPTION', ...(compatible ? ['STARS', 'OFFICIAL', 'AUTOMATED'] : [])];
  const lines = rows.map(({ Name, Description, Stars, Official, Automated }) => [
    Name,
    Description,
    ...(compatible ? [String(Stars), Official, Automated] : []),
  ]);
  return formatTable([headings, ...lines]);
}

/** Tags of one repository as a table, or by `--format`: `json` is one object with all, as podman's. */
export function printTags(
  { name, tags }: { readonly name: string; readonly tags: readonly string[] },
  format: string | undefined,
): string {
  if (format === 'json') return `${JSON.stringify([{ Name: name, Tags: tags }], undefined, 4)}\n`;
  const rows = tags.map((tag) => ({ Name: name, Tag: printable(tag) }));
  if (format !== undefined) return formatRows(format, rows, { name: 'search' });
  return rows.length === 0 ? '' : formatTable([['NAME', 'TAG'], ...rows.map(({ Name, Tag }) => [Name, Tag])]);
}

function rowOf({ index, name, description, stars, official, automated }: FoundImage, noTrunc: boolean) {
  // Descriptions are anybody's text.
  const line = printable(description.replace(/\s+/g, ' ').trim());
  const isLong = !noTrunc && line.length > DESCRIPTION_LENGTH;
  return {
    Index: index,
    Name: printable(name),
    Description: isLong ? `${line.slice(0, DESCRIPTION_LENGTH - 3)}...` : line,
    Stars: stars,
    Official: official ? CHECKED : '',
    Automated: automated ? CHECKED : '',
  };
}
