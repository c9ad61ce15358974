import { makeDefaultNetwork } from '../../network/store/default-network.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { newId, nowText } from '../caller.ts';
import type { World } from '../world.ts';
import { writeGuardBatch } from './guard/write-batch.ts';

/** Writes the default network down, for whoever needs it first. Throws ENOSUBNET. */
export async function makeDefault(world: World): Promise<NetworkConfig> {
  const network = await makeDefaultNetwork(world, newId(), nowText());
  writeGuardBatch(world);
  return network;
}
