import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/files.ts';
import type { Mount, RuntimeSpec } from '../../spec/runtime.ts';

/** Whether each bind mount's source is a directory or a file: its target is made to match. Throws ENOSOURCE. */
export function sourceKinds({ mounts = [] }: RuntimeSpec): Record<string, 'file' | 'directory'> {
  const kinds: Record<string, 'file' | 'directory'> = {};
  for (const mount of mounts) {
    if (mount.source === undefined || !isBind(mount)) continue;
    const status = statPath(mount.source);
    if (status !== undefined) kinds[mount.source] = status.kind === 'directory' ? 'directory' : 'file';
  }
  return kinds;
}

function isBind({ type, options = [] }: Mount): boolean {
  return type === 'bind' || options.includes('bind') || options.includes('rbind');
}

/** A user's bind sources have to be there before anything is made; podman says the same. */
export function checkBindSources(mounts: readonly { type: string; source?: string }[]): void {
  for (const { type, source } of mounts) {
    if (type !== 'bind' || source === undefined || statPath(source) !== undefined) continue;
    throw new LimpidError({
      code: 'ENOSOURCE',
      doing: 'mount',
      subject: `"${source}"`,
      why: 'there is no such file or directory on this host',
      hint: 'create it first, or name a volume without a slash',
    });
  }
}
