import { passwdEntries } from '../../abi/passwd.ts';
import type { ContainerConfig } from '../config.ts';
import { resolveUser } from '../spec/user.ts';

/**
 * The container's /etc/passwd with a line for the user it runs as, as podman adds one; `undefined` where the user has
 * one, or where the config or the root file system wants none. Throws what `resolveUser` throws.
 */
export function passwdWithUser(
  config: Pick<ContainerConfig, 'user' | 'groups' | 'passwdEntries' | 'workdir'>,
  files: { readonly passwd?: string; readonly group?: string },
): string | undefined {
  const { passwd } = files;
  if (!config.passwdEntries || passwd === undefined || config.user === undefined) return undefined;
  const { uid, gid } = resolveUser(config.user, files, config.groups);
  for (const entry of passwdEntries(passwd)) if (entry.uid === uid) return undefined;
  const end = passwd === '' || passwd.endsWith('\n') ? '' : '\n';
  return `${passwd}${end}${uid}:*:${uid}:${gid}:container user:${config.workdir ?? '/'}:/bin/sh\n`;
}
