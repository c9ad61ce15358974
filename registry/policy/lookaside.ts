import { confFault } from '../settings/conf-fault.ts';
import { ownHost, type HostView } from '../host-view.ts';
import type { RegistryOptions } from '../options.ts';
import { userConfig } from '../settings/read-conf.ts';
import { registryScopes } from './scopes.ts';
import type { ImageReference } from '../../spec/reference.ts';

/** Where a registry's detached signatures are kept, as registries.d says (containers-registries.d(5)): a file: or http(s): URL. */
export async function lookasideOf(reference: ImageReference, options: RegistryOptions): Promise<URL> {
  const host = options.host ?? ownHost();
  const places = new Map<string, { readonly url: string; readonly file: string }>();
  for (const directory of ['/etc/containers/registries.d', `${userConfig(host)}/containers/registries.d`]) {
    const names = (await host.listDirectory(directory)).filter((name) => name.endsWith('.yaml'));
    for (const name of names)
      collect(`${directory}/${name}`, (await host.readText(`${directory}/${name}`)) ?? '', places);
  }
  const scope = [...registryScopes(reference), ''].find((candidate) => places.has(candidate));
  const chosen = scope === undefined ? { url: defaultPlace(host), file: '' } : places.get(scope)!;
  const url = URL.parse(`${chosen.url.replace(/\/+$/, '')}/${reference.repository}`);
  if (url !== null && ['file:', 'http:', 'https:'].includes(url.protocol)) return url;
  throw confFault(chosen.file, 'lookaside', `"${chosen.url}" is no file:, http: or https: address`);
}

function collect(
  file: string,
  yaml: string,
  places: Map<string, { readonly url: string; readonly file: string }>,
): void {
  let value: unknown;
  try {
    value = Bun.YAML.parse(yaml);
  } catch {
    throw confFault(file, '', 'it is no YAML');
  }
  const { 'default-docker': byDefault, docker } = (value ?? {}) as Record<string, unknown>;
  const sections: [string, unknown][] = [['', byDefault], ...Object.entries((docker ?? {}) as Record<string, unknown>)];
  for (const [scope, section] of sections) {
    const { lookaside, sigstore } = (section ?? {}) as Record<string, unknown>;
    const url = lookaside ?? sigstore;
    if (typeof url === 'string' && url !== '') places.set(scope, { url, file });
  }
}

function defaultPlace({ env, uid }: HostView): string {
  const data = env['XDG_DATA_HOME'] || `${env['HOME'] ?? ''}/.local/share`;
  return `file://${uid === 0 ? '/var/lib' : data}/containers/sigstore`;
}
