import { LimpidError } from '../../base/error.ts';
import { DEFAULT_NETWORK, listNetworks } from '../../network/store/read.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { listContainers } from '../containers/list.ts';
import type { World } from '../world.ts';
import { removeNetwork } from './remove.ts';
import { sweepAllLeases } from './remove-leases.ts';
import { networkUsers } from './users.ts';

/** Removes every network that no container uses, but the default one. */
export async function pruneNetworks(
  world: World,
  wanted: (network: NetworkConfig) => boolean,
): Promise<{ readonly removed: string[]; readonly failed: LimpidError[] }> {
  const removed: string[] = [];
  const failed: LimpidError[] = [];
  sweepAllLeases(world);
  const containers = listContainers(world);
  for (const network of listNetworks(world)) {
    const isUsed = networkUsers(world, network.name, containers).length > 0;
    if (network.name === DEFAULT_NETWORK || isUsed || !wanted(network)) continue;
    try {
      removed.push(await removeNetwork(world, network.name));
    } catch (error) {
      if (!(error instanceof LimpidError)) throw error;
      if (error.code !== 'EINUSE' && error.code !== 'ENONETWORK') failed.push(error);
    }
  }
  return { removed, failed };
}
