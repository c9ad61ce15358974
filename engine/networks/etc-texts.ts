import { hostHostname } from '../../kernel/hostname.ts';
import { readKernelFile } from '../../kernel/files.ts';
import { leasedAddresses } from '../../network/endpoints.ts';
import { CONTAINER_DOMAIN } from '../../network/names/container-domain.ts';
import { hostsFile } from '../../network/names/hosts-file.ts';
import { readResolvConf, resolvConf, UPSTREAM_RESOLV_CONF } from '../../network/names/resolv-conf.ts';
import type { Endpoint } from '../../spec/network.ts';
import type { ContainerConfig } from '../config.ts';
import { containerHostname } from '../spec/hostname.ts';

/** What /etc/hosts and /etc/resolv.conf of a container say; without `hosts` the image's stays. */
export interface EtcTexts {
  readonly hosts?: string;
  readonly resolvConf: string;
}

/** By the networks it is on, and by `--dns`, `--add-host` and their like. */
export function etcTexts(config: ContainerConfig, endpoints: readonly Endpoint[]): EtcTexts {
  const { names = {} } = config;
  return {
    ...(names.noHosts ? {} : { hosts: hostsText(config, endpoints) }),
    resolvConf: resolvText(config, endpoints),
  };
}

function hostsText(config: ContainerConfig, endpoints: readonly Endpoint[]): string {
  const hostname = containerHostname(config, hostHostname());
  const added = config.names?.hosts ?? [];
  if (config.namespaces.network.kind === 'host') {
    const lines = added.map((text) => {
      const colon = text.indexOf(':');
      const address = text.slice(colon + 1);
      return `${address === 'host-gateway' ? '127.0.0.1' : address}\t${text.slice(0, colon)}\n`;
    });
    return lines.join('') + (readKernelFile('/etc/hosts') ?? '');
  }
  const aliases = endpoints.flatMap((endpoint) => [...endpoint.aliases]);
  const gateway = hostAddress(endpoints);
  return hostsFile({
    hostname,
    names: [config.name, ...aliases],
    addresses: endpoints.flatMap(leasedAddresses),
    ...(gateway === undefined ? {} : { hostAddress: gateway }),
    added,
  });
}

/** A bridge's address is this machine's. */
function hostAddress(endpoints: readonly Endpoint[]): string | undefined {
  for (const { network } of endpoints) {
    const gateway =
      network.driver === 'bridge' ? network.subnets.find(({ gateway }) => gateway !== undefined) : undefined;
    if (gateway !== undefined) return gateway.gateway;
  }
  return undefined;
}

function resolvText({ names = {}, namespaces }: ContainerConfig, endpoints: readonly Endpoint[]): string {
  const host = readKernelFile('/etc/resolv.conf') ?? '';
  const { servers = [], search = [], options = [] } = names;
  const asked = servers.length + search.length + options.length > 0;
  if (namespaces.network.kind === 'host' && !asked) return host;
  if (endpoints.length === 0 && namespaces.network.kind !== 'host' && namespaces.network.kind !== 'path') {
    return resolvConf({ servers, search, options }, '', '');
  }
  const own = servers.length > 0 ? servers : endpoints.flatMap(({ network }) => [...network.dnsServers]);
  const outside = resolvConf({ servers: own, search, options }, host, readKernelFile(UPSTREAM_RESOLV_CONF) ?? '');
  return foundByName(endpoints) ? withNames(outside, endpoints) : outside;
}

function foundByName(endpoints: readonly Endpoint[]): boolean {
  return endpoints.some(({ network }) => network.dnsEnabled);
}

/**
 * Our resolver first, which asks the outside itself; behind it, for the moments in which it is being started again, those
 * of the outside, unless the container is not to reach them. C libraries read three.
 */
function withNames(text: string, endpoints: readonly Endpoint[]): string {
  const { servers, search, options } = readResolvConf(text);
  const gateways = endpoints.flatMap(({ network }) =>
    network.dnsEnabled ? network.subnets.map(({ gateway }) => gateway).filter((gateway) => gateway !== undefined) : [],
  );
  const isInternal = endpoints.every(({ network }) => network.internal);
  const asked = [...gateways, ...(isInternal ? [] : servers)].slice(0, 3);
  return resolvConf({ servers: asked, search: [CONTAINER_DOMAIN, ...search], options }, '', '');
}
