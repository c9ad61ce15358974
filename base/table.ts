import { printable } from './printable.ts';

export interface TableShape {
  /** Narrowest column with its padding; podman's is 12. */
  readonly minWidth: number;
  /** Spaces between a column's widest cell and the next column. */
  readonly padding: number;
}

export const PODMAN_TABLE: TableShape = { minWidth: 12, padding: 2 };

/**
 * Lines of cells as an aligned text, each line ended by a newline, as Go's tabwriter lays them out for podman:
 * the last cell of a line is not padded, and control characters are shown as such. Widths are terminal columns.
 */
export function formatTable(rows: readonly (readonly string[])[], shape: TableShape = PODMAN_TABLE): string {
  // Each character is one column wide and to be printed as it is: so it is with nearly all tables.
  const isPlain = !/[^ -~]/.test(rows.map((cells) => cells.join('')).join(''));
  // A container chooses what its processes and files are called.
  const lines = isPlain ? rows : rows.map((cells) => cells.map(printable));
  const columns = columnWidths(lines, isPlain, shape);
  let text = '';
  for (const cells of lines) {
    const last = cells.length - 1;
    for (let i = 0; i < last; i++) {
      const cell = cells[i]!;
      const gap = columns[i]! - (isPlain ? cell.length : Bun.stringWidth(cell));
      text += cell + (gap < SPACES.length ? SPACES.slice(0, gap) : ' '.repeat(gap));
    }
    text += last < 0 ? '\n' : `${cells[last]}\n`;
  }
  return text;
}

const SPACES = ' '.repeat(64);

function columnWidths(
  lines: readonly (readonly string[])[],
  isPlain: boolean,
  { minWidth, padding }: TableShape,
): number[] {
  const columns: number[] = [];
  for (const cells of lines) {
    const last = cells.length - 1;
    while (columns.length < last) columns.push(minWidth);
    for (let i = 0; i < last; i++) {
      const width = (isPlain ? cells[i]!.length : Bun.stringWidth(cells[i]!)) + padding;
      if (width > columns[i]!) columns[i] = width;
    }
  }
  return columns;
}
