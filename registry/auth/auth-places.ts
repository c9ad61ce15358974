import { ownHost, type HostView } from '../host-view.ts';
import type { RegistryOptions } from '../options.ts';
import { userConfig } from '../settings/read-conf.ts';

/** Where `login` writes: `--authfile`, `$REGISTRY_AUTH_FILE`, or a file that a reboot forgets. */
export function authFileToWrite({ host = ownHost(), authFile }: RegistryOptions): string {
  return chosenFile(host, authFile) ?? runtimeFile(host);
}

/** Where credentials are looked for, in order. A file that is chosen stands alone. */
export function authFilesToRead({ host = ownHost(), authFile }: RegistryOptions): string[] {
  const chosen = chosenFile(host, authFile);
  if (chosen !== undefined) return [chosen];
  const home = host.env['HOME'] ?? '/root';
  const docker = host.env['DOCKER_CONFIG'] || `${home}/.docker`;
  return [runtimeFile(host), `${userConfig(host)}/containers/auth.json`, `${docker}/config.json`, `${home}/.dockercfg`];
}

function chosenFile({ env }: HostView, authFile: string | undefined): string | undefined {
  return authFile ?? (env['REGISTRY_AUTH_FILE'] || undefined);
}

function runtimeFile({ env, uid }: HostView): string {
  const own = env['XDG_RUNTIME_DIR'];
  return own ? `${own}/containers/auth.json` : `/run/containers/${uid}/auth.json`;
}
