import { DEFAULT_NETWORK, findNetwork, listNetworks, readNetwork } from '../../network/store/read.ts';
import { listAside, underNetworksLock } from '../../network/store/write.ts';
import { sweepLeases } from '../../network/leases/sweep.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { listContainers } from '../containers/list.ts';
import type { World } from '../world.ts';
import { ifDead } from './alive.ts';
import { makeDefault } from './make-default.ts';
import { sweepAllLeases } from './remove-leases.ts';
import { networkUsers } from './users.ts';

export interface NetworkSummary extends NetworkConfig {
  /** Names of the containers that use it, running or not. */
  readonly users: readonly string[];
}

/** All networks, by name; the default one is made if nobody has needed it yet. */
export async function listAllNetworks(world: World): Promise<NetworkSummary[]> {
  await requireDefault(world);
  await removeLeavings(world);
  const containers = listContainers(world);
  return listNetworks(world).map((network) => {
    return { ...network, users: networkUsers(world, network.name, containers).map(({ config }) => config.name) };
  });
}

/** What killed commands left of networks. */
async function removeLeavings(world: World): Promise<void> {
  sweepAllLeases(world);
  if (listAside(world).length > 0) await underNetworksLock(world, () => {});
}

/** A network by name, id or the start of an id, freed of what the dead have left on it. Throws ENONETWORK, EAMBIGUOUS. */
export async function requireNetwork(world: World, reference: string): Promise<NetworkConfig> {
  if (reference === DEFAULT_NETWORK) await requireDefault(world);
  const network = findNetwork(world, reference);
  sweepLeases(world, network.name, ifDead(world));
  return network;
}

async function requireDefault(world: World): Promise<void> {
  if (readNetwork(world, DEFAULT_NETWORK) === undefined) await makeDefault(world);
}
