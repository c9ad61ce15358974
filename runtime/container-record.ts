import { isAlive, type ProcessIdentity } from '../kernel/process.ts';
import { statPath } from '../kernel/file-status.ts';
import { readSymlink, readText, renamePath, writeFile } from '../kernel/files.ts';
import { isFrozen } from '../kernel/freezer.ts';
import { tryLock } from '../kernel/locks.ts';
import type { Op } from '../plan/ops.ts';
import { parseExactly } from '../spec/exact-json.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import { compactSpec } from '../spec/stringify.ts';
import { checkId, containerAbsent, ContainerFiles } from './container-files.ts';
import type { RuntimeWorld } from './runtime-world.ts';

export type Status = 'creating' | 'created' | 'running' | 'paused' | 'stopped';

/** state.json: what `create` was asked for. What the kernel knows is not in it. */
export interface ContainerRecord {
  /** RFC 3339. Comes first in the file: by this much of it the container is told from others of its id. */
  readonly created: string;
  readonly ociVersion: string;
  readonly id: string;
  readonly bundle: string;
  readonly rootfs: string;
  readonly owner: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** As the path below each hierarchy; empty where the container has no cgroup of its own. */
  readonly cgroupsPath: string;
  /** It was there before the container: one that fails to be made leaves it as it is. */
  readonly cgroupExisted?: boolean;
  /** Its scope, where systemd made the cgroup. */
  readonly unit?: string;
  /** Mounts on the host that go with the container. */
  readonly mounts: readonly string[];
  /** Directories in resctrl that go with it. */
  readonly resctrl?: readonly string[];
}

/** The operations behind the start gate, for what `start` has to say of them. */
export interface BehindGate {
  readonly from: number;
  readonly ops: readonly Op[];
}

export interface Container extends ContainerRecord {
  readonly files: ContainerFiles;
}

/** Reads a container's record. Throws ENOCONTAINER. */
export function findContainer(world: RuntimeWorld, id: string): Container {
  const files = new ContainerFiles(world.root, checkId(id));
  const text = readText(files.state);
  if (text === undefined) throw containerAbsent(id);
  return { ...(JSON.parse(text) as ContainerRecord), files };
}

/** What a record begins with as long as it is this one. */
export function recordStart({ created }: ContainerRecord): string {
  return JSON.stringify({ created }).slice(0, -1);
}

export function writeRecord(files: ContainerFiles, record: ContainerRecord): void {
  writeWhole(files.state, JSON.stringify(record));
}

/** A killed writer leaves the old file, or none. */
function writeWhole(path: string, text: string): void {
  writeFile(`${path}.tmp`, text, { mode: 0o600, sync: false });
  renamePath(`${path}.tmp`, path);
}

/** Numbers of 64 bits and blobs are left out: they are for the executor alone. */
export function writeBehindGate(files: ContainerFiles, behindGate: BehindGate): void {
  const json = JSON.stringify(behindGate, (_key, value: unknown) =>
    typeof value === 'bigint' ? Number(value) : value instanceof Uint8Array ? undefined : value,
  );
  writeWhole(files.behindGate, json);
}

export function readBehindGate(files: ContainerFiles): BehindGate {
  return JSON.parse(readText(files.behindGate) ?? '{"from":0,"ops":[]}') as BehindGate;
}

export function writeConfig({ files }: Pick<Container, 'files'>, spec: RuntimeSpec): void {
  writeWhole(files.config, compactSpec(spec));
}

/** Empty where `create` was killed before it wrote it. */
export function readConfig({ files }: Container): RuntimeSpec {
  return parseExactly(readText(files.config) ?? '{}') as RuntimeSpec;
}

/** The container's process, whether it lives or not; `undefined` where `create` did not get so far. */
export function recordedProcess({ files }: Pick<Container, 'files'>): ProcessIdentity | undefined {
  const [, pid, startTime] = (readText(files.process) ?? '').split(' ');
  return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime };
}

/** runtime-spec, State, with "paused" beside it; computed from the kernel. */
export function statusOf(world: RuntimeWorld, container: Container): Status {
  const process = recordedProcess(container);
  if (process === undefined) return isBeingCreated(container) ? 'creating' : 'stopped';
  if (!isAlive(process)) return 'stopped';
  if (container.cgroupsPath !== '' && isFrozen(world.facts.cgroup, container.cgroupsPath)) return 'paused';
  return isAtGate(container, process) ? (isBeingCreated(container) ? 'creating' : 'created') : 'running';
}

/** Who started it may have been killed before the socket was removed: then the process is no executor any more. */
function isAtGate({ files }: Container, { pid }: ProcessIdentity): boolean {
  if (statPath(files.gate, { followLinks: false }) === undefined) return false;
  return readSymlink(`/proc/${pid}/exe`)?.startsWith('/memfd:limpid') ?? true;
}

function isBeingCreated({ files }: Container): boolean {
  const lock = tryLock(files.createLock);
  if (lock === 'busy') return true;
  if (lock !== 'absent') lock.release();
  return false;
}
