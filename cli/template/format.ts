import { printableLines } from '../../base/printable.ts';
import { formatTable } from '../../base/table.ts';
import { outputIsTerminal } from '../../engine/output.ts';
import { evaluateTemplate } from './evaluate.ts';
import { FUNCTION_NAMES } from './functions.ts';
import { parseTemplate } from './parse.ts';
import { DATA_SCOPE, headingScope } from './scope.ts';
import type { Source } from './template-error.ts';
import { toJson } from './value.ts';

export interface RowsFormat {
  /** What errors call the template: the command's name. */
  readonly name: string;
  /** Headings by field for `table …`; a field without one is its name in capitals. */
  readonly headings?: Readonly<Record<string, string>>;
  readonly noHeading?: boolean;
}

/** One value by `--format`: `json`, or a Go template; ended by a newline. Throws ETEMPLATE. */
export function formatValue(format: string, value: unknown, name: string): string {
  if (format === 'json') return `${toJson(value, '    ')}\n`;
  const source = { name, text: format };
  return `${evaluateTemplate(source, parseTemplate(source, FUNCTION_NAMES), value, { scope: DATA_SCOPE, show: shown() })}\n`;
}

/**
 * Rows by `--format`: `json` for an array, `table TEMPLATE` for aligned columns under headings, or a Go template, which is
 * carried out for each row unless it ranges over all of them itself. Throws ETEMPLATE.
 */
export function formatRows(
  format: string,
  rows: readonly object[],
  { name, headings = {}, noHeading = false }: RowsFormat,
): string {
  if (format === 'json') return `${toJson(rows, '    ')}\n`;
  const table = /^table\s/.test(format);
  // podman's: one space between two columns is as good as a tab.
  const source: Source = { name, text: table ? format.slice(6).replaceAll('}} {{', '}}\t{{') : format };
  const nodes = parseTemplate(source, FUNCTION_NAMES);
  const ranges = /^\s*\{\{-?\s*range\s/.test(source.text);
  const show = shown();
  const line = (data: unknown, scope = DATA_SCOPE) => endLine(evaluateTemplate(source, nodes, data, { scope, show }));
  const lines = ranges ? [line(rows)] : rows.map((row) => line(row));
  if (!table) return lines.join('');
  const heading = noHeading ? [] : [line({}, headingScope(headings))];
  return formatTable(cellsOf([...heading, ...lines].join('')));
}

/** Values as they are, but for a terminal: no image's label and no container's name steers one. */
function shown(): (value: string) => string {
  return outputIsTerminal() ? printableLines : (value) => value;
}

function endLine(text: string): string {
  return text.endsWith('\n') ? text : `${text}\n`;
}

function cellsOf(text: string): string[][] {
  const lines = text.split('\n').slice(0, -1);
  return lines.map((line) => line.split('\t'));
}
