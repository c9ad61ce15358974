/** What /etc/hosts of a container says. */
export interface HostsFile {
  readonly hostname: string;
  /** Its name and aliases, beside the host name. */
  readonly names: readonly string[];
  /** Its own addresses; none without a network. */
  readonly addresses: readonly string[];
  /** The host's address as the container reaches it. */
  readonly hostAddress?: string;
  /** `name:address`, or `name:host-gateway` for the host's. */
  readonly added: readonly string[];
}

const LOCAL = '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n';
/** What the host is called. */
export const HOST_NAMES = 'host.containers.internal host.docker.internal';

/** The text of /etc/hosts: what the user added comes first, as a resolver takes the first line that fits. */
export function hostsFile({ hostname, names, addresses, hostAddress, added }: HostsFile): string {
  const own = [hostname, ...names.filter((name) => name !== hostname)].join(' ');
  const self =
    addresses.length === 0 ? [`127.0.1.1\t${hostname}\n`] : addresses.map((address) => `${address}\t${own}\n`);
  const host = hostAddress === undefined ? '' : `${hostAddress}\t${HOST_NAMES}\n`;
  return addedHosts(added, hostAddress) + LOCAL + self.join('') + host;
}

/** Lines for `name:address`; those for the host's address only where it is known. */
export function addedHosts(added: readonly string[], hostAddress: string | undefined): string {
  const lines: string[] = [];
  for (const text of added) {
    const colon = text.indexOf(':');
    const address = text.slice(colon + 1);
    const resolved = address === 'host-gateway' ? hostAddress : address;
    if (resolved !== undefined) lines.push(`${resolved}\t${text.slice(0, colon)}\n`);
  }
  return lines.join('');
}
