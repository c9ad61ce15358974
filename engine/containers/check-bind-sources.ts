import { LimpidError } from '../../base/error.ts';
import type { MountConfig } from '../config.ts';
import { checkGivenSource } from './given-sources.ts';
import { statPath } from '../../kernel/file-status.ts';

/** A user's bind sources have to be there before anything is made; podman says the same. Throws ENOSOURCE, EMOUNT. */
export function checkBindSources(mounts: readonly MountConfig[]): void {
  for (const mount of mounts) {
    checkGivenSource(mount);
    const { type, source } = mount;
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
