import { ownHost, type HostView } from '../host-view.ts';
import type { RegistryOptions } from '../options.ts';
import { mergeConf, parseRegistriesConf, type ConfFragment, type RegistriesConf } from './registries-conf.ts';

/**
 * What the machine's files say of registries. The first there is of limpid's and containers' registries.conf, the user's
 * before the machine's; then all drop-ins, the machine's before the user's; then the aliases that podman recorded.
 * CONTAINERS_REGISTRIES_CONF names one file that stands alone.
 */
export async function readRegistriesConf(options: RegistryOptions): Promise<RegistriesConf> {
  const host = options.host ?? ownHost();
  const named = host.env['CONTAINERS_REGISTRIES_CONF'] ?? host.env['REGISTRIES_CONFIG_PATH'];
  if (named !== undefined && named !== '') return mergeConf(await readFragments([named], host));
  const user = userConfig(host);
  const main = [
    `${user}/limpid/registries.conf`,
    '/etc/limpid/registries.conf',
    `${user}/containers/registries.conf`,
    '/etc/containers/registries.conf',
  ];
  const folders = ['/etc/containers', `${user}/containers`, '/etc/limpid', `${user}/limpid`];
  const dropIns = await Promise.all(folders.map((folder) => listDropIns(`${folder}/registries.conf.d`, host)));
  const [mains, others] = await Promise.all([
    readFragments(main, host),
    readFragments([...dropIns.flat(), recordedAliases(host)], host),
  ]);
  return mergeConf([...mains.slice(0, 1), ...others]);
}

/** `$XDG_CONFIG_HOME`, or `~/.config`. */
export function userConfig({ env }: HostView): string {
  return env['XDG_CONFIG_HOME'] || `${env['HOME'] ?? '/root'}/.config`;
}

async function listDropIns(directory: string, host: HostView): Promise<string[]> {
  const names = await host.listDirectory(directory);
  return names.filter((name) => name.endsWith('.conf')).map((name) => `${directory}/${name}`);
}

function recordedAliases({ env, uid }: HostView): string {
  const cache = uid === 0 ? '/var/cache' : env['XDG_CACHE_HOME'] || `${env['HOME'] ?? ''}/.cache`;
  return `${cache}/containers/short-name-aliases.conf`;
}

async function readFragments(files: readonly string[], host: HostView): Promise<ConfFragment[]> {
  const texts = await Promise.all(files.map((file) => host.readText(file)));
  return texts.flatMap((text, index) => (text === undefined ? [] : parseRegistriesConf(text, files[index]!)));
}
