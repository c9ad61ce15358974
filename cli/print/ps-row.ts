import type { ContainerSummary } from '../../engine/containers/list.ts';
import { describeDuration } from '../../base/duration.ts';
import { formatDecimalSize } from '../../base/size.ts';
import { asMap } from '../template/value.ts';

/** What is asked of the kernel or the disk only where a column shows it. */
export interface PsDetails {
  /** Bytes in the upper layer, and with the layers below it. */
  readonly size?: { readonly upperBytes: number; readonly totalBytes: number };
  /** Inode numbers of /proc/PID/ns by file name: `mnt` → `4026532290`. */
  readonly namespaces?: Readonly<Record<string, string>>;
}

export interface PsRowOptions {
  readonly nowMs: number;
  readonly noTrunc: boolean;
}

const SHORT_ID = 12;
const SHORT_COMMAND = 20;

/** A container as `ps --format` sees it: podman's field names. */
export function psRow({ config, state }: ContainerSummary, { nowMs, noTrunc }: PsRowOptions, details: PsDetails = {}) {
  const command = [...(config.entrypoint ?? []), ...config.command].join(' ');
  const ns = details.namespaces ?? {};
  const created = ago(config.created, nowMs);
  return {
    ID: noTrunc ? config.id : config.id.slice(0, SHORT_ID),
    Image: config.image,
    ImageID: '',
    Command: noTrunc ? command : shorten(command),
    Created: created,
    CreatedAt: config.created,
    CreatedHuman: created,
    RunningFor: created,
    Status: describeStatus(state, nowMs),
    State: state.status,
    Names: config.name,
    Pid: state.process?.pid ?? 0,
    Ports: '',
    ExitCode: state.exitCode ?? 0,
    Exited: state.status === 'exited',
    StartedAt: state.startedAt ?? '',
    ExitedAt: state.finishedAt ?? '',
    AutoRemove: config.autoRemove,
    Labels: asMap(config.labels),
    Mounts: config.mounts.map(({ destination }) => destination).join(','),
    Networks: config.namespaces.network.kind,
    Size: describeSize(details.size),
    Restarts: 0,
    Pod: '',
    PodName: '',
    CGROUPNS: ns['cgroup'] ?? '',
    IPC: ns['ipc'] ?? '',
    MNT: ns['mnt'] ?? '',
    NET: ns['net'] ?? '',
    PIDNS: ns['pid'] ?? '',
    USERNS: ns['user'] ?? '',
    UTS: ns['uts'] ?? '',
    Label: (key: unknown) => config.labels[String(key)] ?? '',
  };
}

export type PsRow = ReturnType<typeof psRow>;

/** A container as `ps --format json` shows it: podman's keys. */
export function psJson({ config, state }: ContainerSummary, nowMs: number, details: PsDetails = {}) {
  const { size, namespaces } = details;
  return {
    AutoRemove: config.autoRemove,
    Command: [...(config.entrypoint ?? []), ...config.command],
    CreatedAt: ago(config.created, nowMs),
    Exited: state.status === 'exited',
    ExitedAt: seconds(state.finishedAt),
    ExitCode: state.exitCode ?? 0,
    Id: config.id,
    Image: config.image,
    ImageID: '',
    IsInfra: false,
    Labels: config.labels,
    Mounts: config.mounts.map(({ destination }) => destination),
    Names: [config.name],
    Namespaces: namespaces ?? {},
    Networks: [config.namespaces.network.kind],
    Pid: state.process?.pid ?? 0,
    Pod: '',
    PodName: '',
    Ports: null,
    Size: size === undefined ? null : { rootFsSize: size.totalBytes, rwSize: size.upperBytes },
    StartedAt: seconds(state.startedAt),
    State: state.status,
    Status: describeStatus(state, nowMs),
    Created: seconds(config.created),
  };
}

/** `Up 3 minutes`, `Exited (0) 5 seconds ago`, `Created`. */
export function describeStatus(state: ContainerSummary['state'], nowMs: number): string {
  switch (state.status) {
    case 'running':
      return `Up ${since(state.startedAt, nowMs)}${state.error === undefined ? '' : ' (unwatched)'}`;
    case 'paused':
      return 'Paused';
    case 'exited': {
      const when = state.finishedAt === undefined ? '' : ` ${since(state.finishedAt, nowMs)} ago`;
      return `Exited (${state.exitCode ?? '?'})${when}${state.error === undefined ? '' : ' (unseen)'}`;
    }
    case 'created':
      return 'Created';
    case 'stopping':
      return 'Stopping';
  }
}

function ago(instant: string, nowMs: number): string {
  return `${since(instant, nowMs)} ago`;
}

function since(instant: string | undefined, nowMs: number): string {
  return describeDuration(Math.max(0, nowMs - Date.parse(instant ?? '')) || 0);
}

function seconds(instant: string | undefined): number {
  return instant === undefined ? -62135596800 : Math.floor(Date.parse(instant) / 1e3);
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > SHORT_COMMAND ? `${line.slice(0, SHORT_COMMAND - 3)}...` : line;
}

function describeSize(size: PsDetails['size']): string {
  if (size === undefined) return '';
  return `${formatDecimalSize(size.upperBytes)} (virtual ${formatDecimalSize(size.totalBytes)})`;
}
