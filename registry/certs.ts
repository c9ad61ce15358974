import { ownHost, type HostView } from './host-view.ts';
import type { TlsOptions } from './http/follow.ts';
import { LimpidError } from '../base/error.ts';
import type { RegistryOptions } from './options.ts';
import { userConfig } from './settings/read-conf.ts';

/**
 * TLS settings for a registry: the certificates of `--cert-dir`, or of the first `certs.d/HOST[:PORT]` there is:
 * `*.crt` are further authorities, `NAME.cert` and `NAME.key` a client's pair (containers-certs.d).
 */
export async function tlsFor(registry: string, insecure: boolean, options: RegistryOptions): Promise<TlsOptions> {
  const host = options.host ?? ownHost();
  const directories =
    options.certDirectory === undefined ? certificateDirectories(registry, host) : [options.certDirectory];
  for (const directory of directories) {
    const names = await host.listDirectory(directory);
    if (names.length > 0) return { ...(await readCertificates(directory, names, host)), rejectUnauthorized: !insecure };
  }
  return { rejectUnauthorized: !insecure };
}

function certificateDirectories(registry: string, host: HostView): string[] {
  return [`${userConfig(host)}/containers/certs.d`, '/etc/containers/certs.d', '/etc/docker/certs.d'].map(
    (directory) => `${directory}/${registry}`,
  );
}

async function readCertificates(directory: string, names: readonly string[], host: HostView): Promise<TlsOptions> {
  const read = async (name: string) => (await host.readText(`${directory}/${name}`)) ?? '';
  const authorities = await Promise.all(names.filter((name) => name.endsWith('.crt')).map(read));
  const certificate = names.find((name) => name.endsWith('.cert'));
  const key = names.find((name) => name.endsWith('.key'));
  const missing = pairFault(certificate, names);
  if (missing !== undefined || (key !== undefined && certificate === undefined))
    throw new LimpidError({
      code: 'ECERTS',
      doing: 'use',
      subject: `certificates in "${directory}"`,
      why: missing ?? `"${key}" has no "${key!.replace(/\.key$/, '.cert')}" beside it`,
    });
  if (certificate === undefined) return authorities.length === 0 ? {} : { ca: await withSystemRoots(authorities) };
  return {
    ...(authorities.length === 0 ? {} : { ca: await withSystemRoots(authorities) }),
    cert: await read(certificate),
    key: await read(certificate.replace(/\.cert$/, '.key')),
  };
}

function pairFault(certificate: string | undefined, names: readonly string[]): string | undefined {
  if (certificate === undefined) return undefined;
  const key = certificate.replace(/\.cert$/, '.key');
  return names.includes(key) ? undefined : `"${certificate}" has no "${key}" beside it`;
}

// `ca` replaces the authorities that are known anyway, where a directory of certs.d adds to them.
async function withSystemRoots(authorities: readonly string[]): Promise<string[]> {
  const { getCACertificates } = await import('node:tls');
  return [...getCACertificates('default'), ...authorities];
}
