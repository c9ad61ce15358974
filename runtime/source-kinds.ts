import { statPath } from '../kernel/file-status.ts';
import type { Mount, RuntimeSpec } from '../spec/runtime.ts';

/** Whether each bind mount's source is a directory or a file: its target is made to match. */
export function sourceKinds({ mounts = [] }: RuntimeSpec): Record<string, 'file' | 'directory'> {
  const kinds: Record<string, 'file' | 'directory'> = {};
  for (const mount of mounts) {
    if (mount.source === undefined || !isBind(mount)) continue;
    const status = statPath(mount.source);
    if (status !== undefined) kinds[mount.source] = status.kind === 'directory' ? 'directory' : 'file';
  }
  return kinds;
}

export function isBind({ type, options = [] }: Mount): boolean {
  return type === 'bind' || options.includes('bind') || options.includes('rbind');
}
