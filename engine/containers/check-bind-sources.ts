import { LimpidError } from '../../base/error.ts';
import { statPath } from '../../kernel/file-status.ts';

/** A user's bind sources have to be there before anything is made; podman says the same. Throws ENOSOURCE. */
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
