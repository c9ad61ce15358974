import type { ContainerConfig } from './config.ts';
import { cleanPath } from './spec/paths.ts';

export const DEFAULT_CGROUP_PARENT = '/limpid';

/** A container's cgroup, from the root of every hierarchy: never below the caller's own. */
export function cgroupPath({ id, cgroupParent }: Pick<ContainerConfig, 'id' | 'cgroupParent'>): string {
  const parent = cleanPath(`/${cgroupParent ?? DEFAULT_CGROUP_PARENT}`);
  return `${parent === '/' ? '' : parent}/limpid-${id}`;
}
