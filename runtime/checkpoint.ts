import { statPath } from '../kernel/file-status.ts';
import { makeDirectories, readKernelFile, readSymlink, readText, writeFile } from '../kernel/files.ts';
import type { RuntimeSpec } from '../spec/runtime.ts';
import { findContainer, readConfig, recordedProcess, statusOf } from './container-record.ts';
import { runCriu } from './criu.ts';
import { deleteContainer } from './delete.ts';
import { runtimeError } from './runtime-error.ts';
import type { RuntimeWorld } from './runtime-world.ts';
import { isBind } from './source-kinds.ts';

/** What `checkpoint` and `restore` share. */
export interface CriuOptions {
  readonly imagePath: string;
  readonly workPath: string;
  /** Words for CRIU that the caller's flags stand for. */
  readonly words: readonly string[];
}

export interface CheckpointOptions extends CriuOptions {
  readonly leaveRunning: boolean;
  readonly preDump: boolean;
  readonly parentPath?: string;
}

/** Beside the images: what a restore cannot see in them. */
const OUTSIDE = 'limpid-outside.json';

/** What of a container is the host's. */
export interface Outside {
  /** What its 0, 1 and 2 were, as CRIU calls them; empty for one that was closed. */
  readonly descriptors: readonly string[];
  /** Masked files, which the host's /dev/null lies over; a masked directory has a tmpfs of its own. */
  readonly masked: readonly string[];
}

/** Freezes a container to disk. Unless it is left running, it is then deleted, as with the other runtimes. */
export async function checkpointContainer(world: RuntimeWorld, id: string, options: CheckpointOptions): Promise<void> {
  const container = findContainer(world, id);
  const status = statusOf(world, container);
  const process = recordedProcess(container);
  const subject = `container "${id}"`;
  if (process === undefined || (status !== 'running' && status !== 'paused'))
    throw runtimeError('ESTATE', 'checkpoint', subject, `container not running: it is ${status}`);
  const spec = readConfig(container);
  for (const path of [options.imagePath, options.workPath]) makeDirectories(path, 0o700);
  const outside = findOutside(spec, process.pid);
  writeFile(`${options.imagePath}/${OUTSIDE}`, JSON.stringify(outside), { mode: 0o600, sync: false });
  runCriu(subject, {
    action: options.preDump ? 'pre-dump' : 'dump',
    imagePath: options.imagePath,
    workPath: options.workPath,
    words: [
      ...['--tree', String(process.pid)],
      ...externalMounts(spec, outside, (destination) => destination),
      ...externalNamespaces(spec),
      ...outside.descriptors.flatMap((key) => (/^(?:file|tty)\[/.test(key) ? ['--external', key] : [])),
      ...(options.leaveRunning ? ['--leave-running'] : []),
      ...(options.preDump ? ['--track-mem'] : []),
      ...(options.parentPath === undefined ? [] : ['--prev-images-dir', options.parentPath, '--track-mem']),
      ...options.words,
    ],
  });
  if (!options.leaveRunning && !options.preDump) await deleteContainer(world, id, { force: true });
}

function findOutside({ linux }: RuntimeSpec, pid: number): Outside {
  const masked = (linux?.maskedPaths ?? []).filter((path) => statPath(`/proc/${pid}/root${path}`)?.kind === 'char');
  return { descriptors: [0, 1, 2].map((fd) => describeDescriptor(pid, fd)), masked };
}

/** A pipe goes by its name; a file of the host's, which is nowhere in the container, by mount and inode. */
function describeDescriptor(pid: number, fd: number): string {
  const target = readSymlink(`/proc/${pid}/fd/${fd}`) ?? '';
  if (/^(?:pipe|socket):/.test(target)) return target;
  const status = statPath(`/proc/${pid}/fd/${fd}`);
  const mount = /^mnt_id:\s*(\d+)$/m.exec(readKernelFile(`/proc/${pid}/fdinfo/${fd}`) ?? '')?.[1];
  if (status === undefined || mount === undefined) return '';
  return `file[${Number(mount).toString(16)}:${status.inode.toString(16)}]`;
}

/** What is bound from the host: CRIU leaves it out of the images, and looks for it again under the same name. */
export function externalMounts(
  { mounts = [] }: RuntimeSpec,
  { masked }: Outside,
  to: (destination: string, source: string) => string,
): string[] {
  const bound = mounts.flatMap((mount) => (isBind(mount) ? [[mount.destination, mount.source ?? ''] as const] : []));
  const hidden = masked.map((path) => [path, '/dev/null'] as const);
  return [...bound, ...hidden].flatMap(([path, source]) => ['--external', `mnt[${path}]:${to(path, source)}`]);
}

/** A network namespace that was joined is not the container's to dump: the one at the same path is joined again. */
function externalNamespaces({ linux }: RuntimeSpec): string[] {
  const path = joinedNetwork({ linux });
  const inode = path === undefined ? undefined : statPath(path)?.inode;
  return inode === undefined ? [] : ['--external', `net[${inode}]:${NETWORK_KEY}`];
}

export const NETWORK_KEY = 'limpid-network';

export function joinedNetwork({ linux }: Pick<RuntimeSpec, 'linux'>): string | undefined {
  return linux?.namespaces?.find(({ type, path }) => type === 'network' && path)?.path;
}

/** Throws ECRIU where there are no images. */
export function readOutside(imagePath: string, id: string): Outside {
  const text = readText(`${imagePath}/${OUTSIDE}`);
  if (text !== undefined) return JSON.parse(text) as Outside;
  const why = `"${imagePath}" holds no images of limpid-runtime`;
  throw runtimeError('ECRIU', 'restore', `container "${id}"`, why, 'see --image-path');
}
