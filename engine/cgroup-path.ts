import type { ContainerConfig } from './config.ts';

/** A container's cgroup, from the root of every hierarchy: never below the caller's own. */
export function cgroupPath({ id, cgroupParent }: Pick<ContainerConfig, 'id' | 'cgroupParent'>): string {
  return `${cgroupParent ?? '/limpid'}/limpid-${id}`;
}
