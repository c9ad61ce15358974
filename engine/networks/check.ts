import { checkAttachment } from '../../network/check-attachment.ts';
import { DEFAULT_NETWORK, findNetwork, readNetwork } from '../../network/store/read.ts';
import type { NetworkAttachment } from '../../spec/network.ts';
import type { ContainerConfig } from '../config.ts';
import type { World } from '../world.ts';

/** The same config, with the names of the networks for the ids that were typed. Throws ENONETWORK, ERANGE. */
export function pinNetworks(world: World, config: ContainerConfig): ContainerConfig {
  return { ...config, networks: (config.networks ?? []).map((attachment) => pin(world, attachment)) };
}

function pin(world: World, attachment: NetworkAttachment): NetworkAttachment {
  const isDefault = attachment.network === DEFAULT_NETWORK;
  const network = isDefault ? readNetwork(world, DEFAULT_NETWORK) : findNetwork(world, attachment.network);
  if (network === undefined) return attachment;
  checkAttachment(network, attachment);
  return { ...attachment, network: network.name };
}
