import type { NetworkAttachment, NetworkConfig } from '../../spec/network.ts';
import type { World } from '../world.ts';
import { connectNetwork, disconnectNetwork } from './connect.ts';
import { createNetwork, type CreateNetworkOptions, type NetworkRequest } from './create.ts';
import { inspectNetwork, type NetworkDocument } from './inspect.ts';
import { listAllNetworks, type NetworkSummary } from './list.ts';
import { pruneNetworks } from './prune.ts';
import { reloadNetworks } from './reload.ts';
import { removeNetwork, type RemoveNetworkOptions } from './remove.ts';
import { updateNetwork } from './update.ts';

/** Networks from a program. One is named by its name, its id, or the unique start of one. */
export class Networks {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  create(request: NetworkRequest = {}, options: CreateNetworkOptions = {}): Promise<NetworkConfig> {
    return createNetwork(this.#world, request, options);
  }

  list(): Promise<NetworkSummary[]> {
    return listAllNetworks(this.#world);
  }

  inspect(network: string): Promise<NetworkDocument> {
    return inspectNetwork(this.#world, network);
  }

  /** Puts a container on a further network, running or not. */
  connect(
    network: string,
    container: string,
    options: Partial<Omit<NetworkAttachment, 'network'>> = {},
  ): Promise<void> {
    return connectNetwork(this.#world, network, container, { aliases: [], ...options });
  }

  disconnect(network: string, container: string): Promise<void> {
    return disconnectNetwork(this.#world, network, container);
  }

  update(network: string, change: Parameters<typeof updateNetwork>[2]): Promise<void> {
    return updateNetwork(this.#world, network, change);
  }

  async remove(network: string, options: RemoveNetworkOptions = {}): Promise<void> {
    await removeNetwork(this.#world, network, options);
  }

  /** Removes the networks that no container uses; answers their names. The first failure is thrown behind the others. */
  async prune(): Promise<string[]> {
    const { removed, failed } = await pruneNetworks(this.#world, () => true);
    if (failed[0] !== undefined) throw failed[0];
    return removed;
  }

  /** Restores what running containers want of bridges and the firewall. */
  reload(): Promise<void> {
    return reloadNetworks(this.#world);
  }
}
