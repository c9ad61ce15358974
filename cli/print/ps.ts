import { formatTable } from '../../base/table.ts';
import type { ContainerSummary } from '../../engine/containers/list.ts';
import type { ContainerSizes } from '../ps-details.ts';
import type { PsCells, PsField } from './ps-row.ts';

/** The fields of the usual table, and of `--ns`. */
const COLUMNS: readonly PsField[] = ['ID', 'Image', 'Command', 'CreatedHuman', 'Status', 'Ports', 'Names'];
const NAMESPACE_COLUMNS: readonly PsField[] = [
  'ID',
  'Names',
  'Pid',
  'CGROUPNS',
  'IPC',
  'MNT',
  'NET',
  'PIDNS',
  'USERNS',
  'UTS',
];

/** Headings of `ps --format 'table …'` that are not the field's name in capitals. */
export const PS_HEADINGS: Readonly<Record<string, string>> = {
  ID: 'CONTAINER ID',
  CreatedAt: 'CREATED AT',
  CreatedHuman: 'CREATED',
  RunningFor: 'CREATED',
  ImageID: 'IMAGE ID',
  Pid: 'PID',
  PodName: 'PODNAME',
};

export interface PsTable {
  readonly noHeading?: boolean;
  /** `--ns` */
  readonly namespaces?: boolean;
  /** `--size` */
  readonly size?: boolean;
}

/** The usual table of `ps`, of `usualCells`. */
export function printUsual(rows: readonly string[][], noHeading = false): string {
  return formatTable(usualLines(rows, noHeading));
}

/** The same before it is laid out. */
export function usualLines(rows: readonly string[][], noHeading: boolean): readonly string[][] {
  return noHeading ? rows : [headingsOf(COLUMNS), ...rows];
}

/** The tables of `ps --ns` and `ps --size`. */
export function printPs(
  rows: readonly PsCells[],
  { noHeading = false, namespaces = false, size = false }: PsTable = {},
): string {
  const columns: readonly PsField[] = namespaces ? NAMESPACE_COLUMNS : size ? [...COLUMNS, 'Size'] : COLUMNS;
  const lines = rows.map((cells) => columns.map((field) => String(cells(field))));
  return formatTable(noHeading ? lines : [headingsOf(columns), ...lines]);
}

function headingsOf(columns: readonly PsField[]): string[] {
  return columns.map((field) => PS_HEADINGS[field] ?? field.toUpperCase());
}

export type PsSort = 'command' | 'created' | 'id' | 'image' | 'names' | 'runningfor' | 'size' | 'status';

/** The order of `ps --sort`: newest first where nothing else is asked for. */
export function sortContainers(
  containers: readonly ContainerSummary[],
  by: PsSort,
  sizes?: ContainerSizes,
): ContainerSummary[] {
  // As they come: oldest first.
  if (by === 'created') return [...containers].reverse();
  const key = (container: ContainerSummary): string | number => sortKey(container, by, sizes);
  return [...containers].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function sortKey({ config, state }: ContainerSummary, by: PsSort, sizes: ContainerSizes | undefined): string | number {
  switch (by) {
    case 'command':
      return [...(config.entrypoint ?? []), ...config.command].join(' ');
    case 'id':
      return config.id;
    case 'image':
      return config.image;
    case 'names':
      return config.name;
    case 'size':
      return sizes?.get(config.id)?.upperBytes ?? 0;
    case 'status':
      return state.status;
    case 'created':
    case 'runningfor':
      return config.created;
  }
}
