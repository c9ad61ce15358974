import type { ContainerConfig } from '../config.ts';
import { cleanPath } from '../spec/paths.ts';

/** Files and directories that the engine mounts over in every container: what an upper layer has of them are their targets. */
const ENGINE_FILES = ['etc/hostname', 'etc/hosts', 'etc/resolv.conf', 'run/limpid-init'];
const ENGINE_TREES = ['dev', 'proc', 'sys'];
/** Of a container that is read-only else. */
const WRITABLE_TREES = ['run', 'tmp', 'var/tmp'];
/** Directories that are there, and empty, as the way to one of these. */
export const WAYS: ReadonlySet<string> = new Set(['etc', 'run', 'var']);

type OwnConfig = Pick<ContainerConfig, 'mounts' | 'readOnly' | 'readOnlyTmpfs'>;

/** Whether a path of a container's layer is there only because something was mounted on it, or lies below such a place. */
export function ownFiles({ mounts, readOnly, readOnlyTmpfs }: OwnConfig): (path: string) => boolean {
  const writable = readOnly && readOnlyTmpfs ? WRITABLE_TREES : [];
  const trees = [...ENGINE_TREES, ...writable, ...mounts.map(({ destination }) => cleanPath(destination).slice(1))];
  // Paths of layers are bytes, one character each.
  const places = trees.map((path) => Buffer.from(path).toString('latin1'));
  const exact = new Set([...ENGINE_FILES, ...places]);
  return (path) => exact.has(path) || places.some((place) => path.startsWith(`${place}/`));
}
