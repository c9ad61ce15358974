/** What of /etc/resolv.conf is said for a container. */
export interface Resolving {
  /** `--dns`, or the network's. Instead of the host's, where there is any. */
  readonly servers: readonly string[];
  readonly search: readonly string[];
  readonly options: readonly string[];
}

/** Where systemd-resolved writes down who it asks itself. */
export const UPSTREAM_RESOLV_CONF = '/run/systemd/resolve/resolv.conf';

/**
 * The text of a container's /etc/resolv.conf. Resolvers on the host's loopback are out of its reach: where the host has
 * no others, those that systemd-resolved asks take their place. `--dns-search .` stands for no search domains.
 */
export function resolvConf(wanted: Resolving, host: string, upstream: string): string {
  const found = readResolvConf(host);
  const reachable = found.servers.filter((server) => !isLoopback(server));
  const outside = reachable.length > 0 ? reachable : readResolvConf(upstream).servers.filter((one) => !isLoopback(one));
  const servers = wanted.servers.length > 0 ? wanted.servers : outside;
  const search = wanted.search.length > 0 ? wanted.search.filter((domain) => domain !== '.') : found.search;
  const options = wanted.options.length > 0 ? wanted.options : found.options;
  const lines = servers.map((server) => `nameserver ${server}\n`);
  if (search.length > 0) lines.push(`search ${search.join(' ')}\n`);
  if (options.length > 0) lines.push(`options ${options.join(' ')}\n`);
  return lines.join('');
}

/** resolv.conf(5): the last `search` or `domain` counts, `options` add up. */
export function readResolvConf(text: string): Resolving {
  const servers: string[] = [];
  let search: string[] = [];
  const options: string[] = [];
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replaceAll('\t', ' ')
      .split(' ')
      .filter((word) => word !== '');
    if (keyword === 'nameserver' && values[0] !== undefined) servers.push(values[0]);
    else if (keyword === 'search' || keyword === 'domain') search = values;
    else if (keyword === 'options') options.push(...values);
  }
  return { servers, search, options };
}

function isLoopback(server: string): boolean {
  return server.startsWith('127.') || server === '::1';
}
