import type { ContainerSummary } from '../../engine/containers/list.ts';
import type { AgeOf } from '../../base/duration.ts';
import { formatDecimalSize } from '../../base/size.ts';
import { asMap } from '../template/value.ts';
import { goTime } from './go-time.ts';

/** What is asked of the kernel or the disk only where a column shows it. */
export interface PsDetails {
  /** Bytes in the upper layer, and with the layers below it. */
  readonly size?: { readonly upperBytes: number; readonly totalBytes: number };
  /** Inode numbers of /proc/PID/ns by file name: `mnt` → `4026532290`. */
  readonly namespaces?: Readonly<Record<string, string>>;
  /** How often its policy has started it since a person did. */
  readonly restarts?: number;
  /** Published ports in words, and as podman's fields. */
  readonly ports?: { readonly cell: string; readonly json: unknown };
}

export interface PsRowOptions {
  readonly ageOf: AgeOf;
  readonly noTrunc: boolean;
}

const SHORT_ID = 12;
const SHORT_COMMAND = 20;

interface Shown extends PsRowOptions {
  readonly details: PsDetails;
}

const namespaceOf =
  (name: string) =>
  (_: ContainerSummary, { details }: Shown): string =>
    details.namespaces?.[name] ?? '';
const shortId = ({ config }: ContainerSummary, { noTrunc }: PsRowOptions): string =>
  noTrunc ? config.id : config.id.slice(0, SHORT_ID);
const command = ({ config }: ContainerSummary, { noTrunc }: PsRowOptions): string => {
  const words = config.entrypoint === undefined ? config.command : [...config.entrypoint, ...config.command];
  return noTrunc ? words.join(' ') : shorten(words.join(' '));
};
const created = ({ config }: ContainerSummary, { ageOf }: PsRowOptions): string => ago(config.created, ageOf);

/** What `ps --format` can show of a container, by podman's names. */
const FIELDS = {
  ID: shortId,
  Image: ({ config }: ContainerSummary) => config.image,
  ImageID: ({ config }: ContainerSummary, { noTrunc }: Shown) =>
    noTrunc ? imageId(config) : imageId(config).slice(0, SHORT_ID),
  Command: command,
  Created: created,
  CreatedAt: ({ config }: ContainerSummary) => goTime(config.created),
  CreatedHuman: created,
  RunningFor: created,
  Status: ({ state }: ContainerSummary, { ageOf }: Shown) => describeStatus(state, ageOf),
  State: ({ state }: ContainerSummary) => state.status,
  Names: ({ config }: ContainerSummary) => config.name,
  Pid: ({ state }: ContainerSummary) => state.process?.pid ?? 0,
  Ports: (_: ContainerSummary, { details }: Shown) => details.ports?.cell ?? '',
  ExitCode: ({ state }: ContainerSummary) => state.exitCode ?? 0,
  Exited: ({ state }: ContainerSummary) => state.status === 'exited',
  StartedAt: ({ state }: ContainerSummary) => state.startedAt ?? '',
  ExitedAt: ({ state }: ContainerSummary) => state.finishedAt ?? '',
  AutoRemove: ({ config }: ContainerSummary) => config.autoRemove,
  Labels: ({ config }: ContainerSummary) => asMap(config.labels),
  Mounts: ({ config }: ContainerSummary) => config.mounts.map(({ destination }) => destination).join(','),
  Networks: ({ config }: ContainerSummary) => networkNames(config).join(','),
  Size: (_: ContainerSummary, { details }: Shown) => describeSize(details.size),
  Restarts: (_: ContainerSummary, { details }: Shown) => details.restarts ?? 0,
  Pod: () => '',
  PodName: () => '',
  CGROUPNS: namespaceOf('cgroup'),
  IPC: namespaceOf('ipc'),
  MNT: namespaceOf('mnt'),
  NET: namespaceOf('net'),
  PIDNS: namespaceOf('pid'),
  USERNS: namespaceOf('user'),
  UTS: namespaceOf('uts'),
  Label:
    ({ config }: ContainerSummary) =>
    (key: unknown) =>
      config.labels[String(key)] ?? '',
} as const;

export type PsField = keyof typeof FIELDS;
export type PsRow = { readonly [Field in PsField]: ReturnType<(typeof FIELDS)[Field]> };

/** The fields of a container, each computed where it is shown. */
export type PsCells = (field: PsField) => unknown;

export function psCells(
  container: ContainerSummary,
  { ageOf, noTrunc }: PsRowOptions,
  details: PsDetails = {},
): PsCells {
  const shown: Shown = { ageOf, noTrunc, details };
  return (field) => FIELDS[field](container, shown);
}

/** The cells of the usual table: of each container, so without a look into the table of fields for each of them. */
export function usualCells(one: ContainerSummary, options: PsRowOptions, { ports }: PsDetails): string[] {
  const { config, state } = one;
  return [
    shortId(one, options),
    config.image,
    command(one, options),
    created(one, options),
    describeStatus(state, options.ageOf),
    ports?.cell ?? '',
    config.name,
  ];
}

/** A container as `ps --format` sees it. */
export function psRow(container: ContainerSummary, options: PsRowOptions, details: PsDetails = {}): PsRow {
  const cells = psCells(container, options, details);
  const row: Partial<Record<PsField, unknown>> = {};
  for (const field of Object.keys(FIELDS) as PsField[]) row[field] = cells(field);
  return row as PsRow;
}

/** Whether there are ports to show, once they have been looked up. */
export function publishes({ config }: ContainerSummary): boolean {
  return config.ports !== undefined || config.publishAll === true;
}

/** The networks it is on, else the mode of its namespace. */
function networkNames({ networks = [], namespaces }: ContainerSummary['config']): readonly string[] {
  return networks.length > 0 ? networks.map(({ network }) => network) : [namespaces.network.kind];
}

/** A container as `ps --format json` shows it: podman's keys. */
export function psJson({ config, state }: ContainerSummary, ageOf: AgeOf, details: PsDetails = {}) {
  const { size, namespaces } = details;
  return {
    AutoRemove: config.autoRemove,
    Command: [...(config.entrypoint ?? []), ...config.command],
    CreatedAt: ago(config.created, ageOf),
    Exited: state.status === 'exited',
    ExitedAt: seconds(state.finishedAt),
    ExitCode: state.exitCode ?? 0,
    Id: config.id,
    Image: config.image,
    ImageID: imageId(config),
    IsInfra: false,
    Labels: config.labels,
    Mounts: config.mounts.map(({ destination }) => destination),
    Names: [config.name],
    Namespaces: namespaces ?? {},
    Networks: networkNames(config),
    Pid: state.process?.pid ?? 0,
    Pod: '',
    PodName: '',
    Ports: details.ports?.json ?? null,
    Size: size === undefined ? null : { rootFsSize: size.totalBytes, rwSize: size.upperBytes },
    StartedAt: seconds(state.startedAt),
    State: state.status,
    Status: describeStatus(state, ageOf),
    Created: seconds(config.created),
  };
}

/** `Up 3 minutes`, `Exited (0) 5 seconds ago`, `Created`. */
export function describeStatus(state: ContainerSummary['state'], ageOf: AgeOf): string {
  switch (state.status) {
    case 'running':
      return `Up ${since(state.startedAt, ageOf)}${state.error === undefined ? '' : ' (unwatched)'}`;
    case 'paused':
      return 'Paused';
    case 'exited': {
      const when = state.finishedAt === undefined ? '' : ` ${since(state.finishedAt, ageOf)} ago`;
      return `Exited (${state.exitCode ?? '?'})${when}${state.error === undefined ? '' : ' (unseen)'}`;
    }
    case 'created':
      return 'Created';
    case 'stopping':
      return 'Stopping';
  }
}

function imageId({ rootfs }: ContainerSummary['config']): string {
  return rootfs.kind === 'image' ? rootfs.id.slice(rootfs.id.indexOf(':') + 1) : '';
}

function ago(instant: string, ageOf: AgeOf): string {
  return `${since(instant, ageOf)} ago`;
}

function since(instant: string | undefined, ageOf: AgeOf): string {
  return ageOf(Date.parse(instant ?? ''));
}

function seconds(instant: string | undefined): number {
  return instant === undefined ? -62135596800 : Math.floor(Date.parse(instant) / 1e3);
}

// Most commands have single spaces and nothing else.
const UNEVEN = /\s\s|[^\S ]/;

function shorten(text: string): string {
  const line = UNEVEN.test(text) ? text.replaceAll(/\s+/g, ' ') : text;
  return line.length > SHORT_COMMAND ? `${line.slice(0, SHORT_COMMAND - 3)}...` : line;
}

function describeSize(size: PsDetails['size']): string {
  if (size === undefined) return '';
  return `${formatDecimalSize(size.upperBytes)} (virtual ${formatDecimalSize(size.totalBytes)})`;
}
