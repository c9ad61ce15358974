import { isPrintable, printable } from './printable.ts';

export interface TableShape {
  /** Narrowest column with its padding; podman's is 12. */
  readonly minWidth: number;
  /** Spaces between a column's widest cell and the next column. */
  readonly padding: number;
}

const PODMAN_TABLE: TableShape = { minWidth: 12, padding: 2 };

/**
 * Lines of cells as an aligned text, each line ended by a newline, as Go's tabwriter lays them out for podman:
 * the last cell of a line is not padded, and control characters are shown as such. Widths are terminal columns.
 */
export function formatTable(rows: readonly (readonly string[])[], shape: TableShape = PODMAN_TABLE): string {
  // A container chooses what its processes and files are called.
  const lines = rows.map((cells) => (isPrintable(cells.join(' ')) ? cells : cells.map(printable)));
  const widths = lines.map((cells) => cells.map((cell) => Bun.stringWidth(cell)));
  const columns = columnWidths(widths, shape);
  let text = '';
  for (let line = 0; line < lines.length; line++) {
    const cells = lines[line]!;
    const last = cells.length - 1;
    for (let i = 0; i < last; i++) text += cells[i]! + ' '.repeat(columns[i]! - widths[line]![i]!);
    text += last < 0 ? '\n' : `${cells[last]}\n`;
  }
  return text;
}

function columnWidths(lines: readonly (readonly number[])[], { minWidth, padding }: TableShape): number[] {
  const columns: number[] = [];
  for (const widths of lines) {
    for (let i = 0; i < widths.length - 1; i++) columns[i] = Math.max(columns[i] ?? minWidth, widths[i]! + padding);
  }
  return columns;
}
