import { createdNetwork, type NetworkRequest } from '../../network/create/network-from-request.ts';
import { listInterfaces } from '../../network/host/interfaces.ts';
import { listNetworks, readNetwork } from '../../network/store/read.ts';
import { underNetworksLock, writeNetwork } from '../../network/store/write.ts';
import { namedSubnets } from '../../network/create/used-subnets.ts';
import { outgoingInterface } from '../../network/host/outgoing.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { newId, nowText } from '../caller.ts';
import type { World } from '../world.ts';
import { writeGuardBatch } from './guard/write-batch.ts';

export type { NetworkRequest } from '../../network/create/network-from-request.ts';

export interface CreateNetworkOptions {
  /** One of that name will do: answer it. */
  readonly ignore?: boolean;
}

/**
 * Creates a network: its stored intent. What is wrong with it is found before anything is written; its bridge is made at
 * the first start that needs it. Throws EOPTION, EEXIST, EOVERLAP, ENOSUBNET, ETAKEN, ENOPARENT.
 */
export function createNetwork(
  world: World,
  request: NetworkRequest,
  { ignore = false }: CreateNetworkOptions = {},
): Promise<NetworkConfig> {
  return underNetworksLock(world, () => {
    const there = request.name === undefined || !ignore ? undefined : readNetwork(world, request.name);
    if (there !== undefined) return there;
    const outgoing = outgoingInterface();
    const network = createdNetwork(request, {
      id: newId(),
      created: nowText(),
      networks: listNetworks(world),
      interfaces: listInterfaces().map(({ name }) => name),
      used: namedSubnets(world),
      ...(outgoing === undefined ? {} : { outgoing }),
      random: crypto.getRandomValues(new Uint8Array(5)),
    });
    writeNetwork(world, network);
    writeGuardBatch(world);
    return network;
  });
}
