import { LimpidError } from '../../base/error.ts';
import { listDirectory, readText } from '../../kernel/files.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { networkFile, networksDirectory, type NetworkPlace } from './place.ts';

/** The network that there always is: `--network bridge`. */
export const DEFAULT_NETWORK = 'limpid';

/** A network by its exact name; `undefined` where there is none. Throws ERECORD for a damaged one. */
export function readNetwork(place: NetworkPlace, name: string): NetworkConfig | undefined {
  const path = networkFile(place, name);
  const text = readText(path);
  if (text === undefined) return undefined;
  const config = parseJson(text) as Partial<NetworkConfig> | undefined;
  if (config?.name === name && typeof config.id === 'string' && Array.isArray(config.subnets))
    return config as NetworkConfig;
  throw new LimpidError({
    code: 'ERECORD',
    doing: 'read',
    subject: `"${path}"`,
    why: 'it is damaged',
    hint: `remove that file, and create the network again`,
  });
}

/** All networks by name; damaged ones are passed over. */
export function listNetworks(place: NetworkPlace): NetworkConfig[] {
  const files = listDirectory(networksDirectory(place)).filter((file) => file.endsWith('.json'));
  const networks = files.map((file) => {
    try {
      return readNetwork(place, file.slice(0, -'.json'.length));
    } catch {
      return undefined;
    }
  });
  return networks.filter((network) => network !== undefined).sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** A network by name, id, or the start of an id. Throws ENONETWORK, EAMBIGUOUS. */
export function findNetwork(place: NetworkPlace, reference: string): NetworkConfig {
  const named = isNetworkName(reference) ? readNetwork(place, reference) : undefined;
  if (named !== undefined) return named;
  const matching = /^[0-9a-f]{1,64}$/.test(reference)
    ? listNetworks(place).filter(({ id }) => id.startsWith(reference))
    : [];
  if (matching.length === 1) return matching[0]!;
  if (matching.length === 0) throw noSuchNetwork(reference);
  throw new LimpidError({
    code: 'EAMBIGUOUS',
    doing: 'choose',
    subject: `network "${reference}"`,
    why: `it is the start of the ids of ${matching.map(({ name }) => `"${name}"`).join(', ')}`,
  });
}

/** podman's rule, which also keeps a name from being a path. */
export function isNetworkName(name: string): boolean {
  return /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name);
}

export function noSuchNetwork(reference: string): LimpidError {
  return new LimpidError({
    code: 'ENONETWORK',
    doing: 'find',
    subject: `network "${reference}"`,
    why: 'there is no such network',
    hint: '`limpid network ls` lists all, `limpid network create` makes one',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
