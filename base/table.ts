import { printable } from './printable.ts';

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
  const lines = rows.map((cells) => cells.map(printable));
  const widths = columnWidths(lines, shape);
  return lines.map((cells) => `${cells.map((cell, i) => pad(cell, i, cells.length, widths)).join('')}\n`).join('');
}

function columnWidths(lines: readonly (readonly string[])[], { minWidth, padding }: TableShape): number[] {
  const widths: number[] = [];
  for (const cells of lines) {
    for (const [i, cell] of cells.slice(0, -1).entries()) {
      widths[i] = Math.max(widths[i] ?? minWidth, Bun.stringWidth(cell) + padding);
    }
  }
  return widths;
}

function pad(cell: string, index: number, cells: number, widths: readonly number[]): string {
  return index === cells - 1 ? cell : cell + ' '.repeat(widths[index]! - Bun.stringWidth(cell));
}
