import { formatTable } from '../../base/table.ts';
import type { ContainerSummary } from '../../engine/containers/list.ts';
import type { PsCells, PsField } from './ps-row.ts';

type Column = readonly [heading: string, field: PsField];

const COLUMNS: readonly Column[] = [
  ['CONTAINER ID', 'ID'],
  ['IMAGE', 'Image'],
  ['COMMAND', 'Command'],
  ['CREATED', 'CreatedHuman'],
  ['STATUS', 'Status'],
  ['PORTS', 'Ports'],
  ['NAMES', 'Names'],
];
const NAMESPACE_COLUMNS: readonly Column[] = [
  ['CONTAINER ID', 'ID'],
  ['NAMES', 'Names'],
  ['PID', 'Pid'],
  ['CGROUPNS', 'CGROUPNS'],
  ['IPC', 'IPC'],
  ['MNT', 'MNT'],
  ['NET', 'NET'],
  ['PIDNS', 'PIDNS'],
  ['USERNS', 'USERNS'],
  ['UTS', 'UTS'],
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

/** The table of `ps`. */
export function printPs(
  rows: readonly PsCells[],
  { noHeading = false, namespaces = false, size = false }: PsTable = {},
): string {
  const columns = namespaces ? NAMESPACE_COLUMNS : size ? [...COLUMNS, ['SIZE', 'Size'] as const] : COLUMNS;
  const lines = rows.map((cells) => columns.map(([, field]) => String(cells(field))));
  return formatTable(noHeading ? lines : [columns.map(([heading]) => heading), ...lines]);
}

export type PsSort = 'command' | 'created' | 'id' | 'image' | 'names' | 'runningfor' | 'size' | 'status';

/** The order of `ps --sort`: newest first where nothing else is asked for. Sizes come by container id. */
export function sortContainers(
  containers: readonly ContainerSummary[],
  by: PsSort,
  sizes: ReadonlyMap<string, number> = new Map(),
): ContainerSummary[] {
  // As they come: oldest first.
  if (by === 'created') return [...containers].reverse();
  const key = (container: ContainerSummary): string | number => sortKey(container, by, sizes);
  return [...containers].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
}

function sortKey({ config, state }: ContainerSummary, by: PsSort, sizes: ReadonlyMap<string, number>): string | number {
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
      return sizes.get(config.id) ?? 0;
    case 'status':
      return state.status;
    case 'created':
    case 'runningfor':
      return config.created;
  }
}
