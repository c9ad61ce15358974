import {
  findContainer,
  recordedProcess,
  statusOf,
  type Container,
  type ContainerRecord,
  type Status,
} from './container-record.ts';
import type { RuntimeWorld } from './runtime-world.ts';

/** runtime-spec, State, with what runc adds for its callers. */
export interface StateDocument {
  readonly ociVersion: string;
  readonly id: string;
  readonly pid: number;
  readonly status: Status;
  readonly bundle: string;
  readonly rootfs: string;
  readonly created: string;
  readonly owner: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

export function readState(world: RuntimeWorld, id: string): StateDocument {
  return stateOf(world, findContainer(world, id));
}

export function stateOf(world: RuntimeWorld, container: Container): StateDocument {
  const status = statusOf(world, container);
  return stateDocument(container, status === 'stopped' ? 0 : (recordedProcess(container)?.pid ?? 0), status);
}

/** The one place that knows the order of the fields. */
export function stateDocument<P, S>(
  { ociVersion, id, bundle, rootfs, created, owner, annotations }: ContainerRecord,
  pid: P,
  status: S,
): Omit<StateDocument, 'pid' | 'status'> & { readonly pid: P; readonly status: S } {
  return { ociVersion, id, pid, status, bundle, rootfs, created, owner, ...annotated(annotations) };
}

function annotated(annotations: Readonly<Record<string, string>>): Pick<StateDocument, 'annotations'> {
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

/** runtime-spec, Hooks: the state as each hook reads it. */
export function hookState(container: Omit<Container, 'files' | 'mounts'>, status: string, pid: number): string {
  const { ociVersion, id, bundle, annotations } = container;
  return JSON.stringify({ ociVersion, id, status, pid, bundle, ...annotated(annotations) });
}

/** Stands for the pid in the hooks' state until the executor knows it; no pid is that large. */
export const PID_MARK = 9_007_199_254_740_991;
