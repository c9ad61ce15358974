import type { ContainerConfig } from '../config.ts';
import { cleanPath } from '../spec/paths.ts';

/** Files and directories that the engine mounts over in every container: what an upper layer has of them are their targets. */
const ENGINE_FILES = ['etc/hostname', 'etc/hosts', 'etc/resolv.conf', 'run/limpid-init'];
const ENGINE_TREES = ['dev', 'proc', 'sys'];

/** Whether a path of a container's layer is there only because something was mounted on it, or lies below such a place. */
export function ownFiles({ mounts }: Pick<ContainerConfig, 'mounts'>): (path: string) => boolean {
  const trees = [...ENGINE_TREES, ...mounts.map(({ destination }) => cleanPath(destination).slice(1))];
  // Paths of layers are bytes, one character each.
  const places = trees.map((path) => Buffer.from(path).toString('latin1'));
  const exact = new Set([...ENGINE_FILES, ...places]);
  return (path) => exact.has(path) || places.some((place) => path.startsWith(`${place}/`));
}
