import { forgetLeases } from './remove-leases.ts';
import { launchPlan } from '../../kernel/executor.ts';
import { interfaceState } from '../../kernel/interface-state.ts';
import { libc } from '../../kernel/libc.ts';
import { isOwnBridge } from '../../network/bridge.ts';
import { rtnetlink } from '../../network/endpoint-ops.ts';
import { deleteInterfaceMessage } from '../../abi/netlink/interface.ts';
import { firewallTable } from '../../network/firewall/table-name.ts';
import { firewallTableExists } from '../../network/host/firewall-table.ts';
import { findNetwork } from '../../network/store/read.ts';
import { removeNetworkFile, underNetworksLock } from '../../network/store/write.ts';
import type { Plan } from '../../plan/ops.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { removeContainer } from '../containers/remove.ts';
import { launchError } from '../containers/start.ts';
import type { World } from '../world.ts';
import { writeGuardBatch } from './guard/write-batch.ts';
import { firewallIntent } from './mend.ts';
import { networkInUse, networkUsers } from './users.ts';

export interface RemoveNetworkOptions {
  /** The containers that use it go first. */
  readonly force?: boolean;
  /** Seconds for them to stop. */
  readonly timeoutS?: number;
}

/**
 * Removes a network: what of it is in the kernel first, so that one whose removal was cut short is still there to be
 * removed. Answers its name. Throws ENONETWORK, EINUSE naming the users.
 */
export async function removeNetwork(
  world: World,
  reference: string,
  { force = false, timeoutS = 10 }: RemoveNetworkOptions = {},
): Promise<string> {
  const { name } = findNetwork(world, reference);
  if (force)
    for (const { config } of networkUsers(world, name)) await removeContainer(world, config.id, { force, timeoutS });
  return underNetworksLock(world, async () => {
    const network = findNetwork(world, name);
    const users = networkUsers(world, name);
    if (users.length > 0) throw networkInUse(name, users);
    await clearKernel(world, network);
    removeNetworkFile(world, name);
    writeGuardBatch(world);
    forgetLeases(world, name);
    return name;
  });
}

async function clearKernel(world: World, network: NetworkConfig): Promise<void> {
  const plan = await clearPlan(world, network);
  if (plan.length === 0) return;
  const { outcome, controlFd } = launchPlan({ plan, executor: await world.executor });
  libc.close(controlFd);
  if (outcome.kind !== 'done') throw await launchError(plan, outcome, `network "${network.name}"`);
}

/** The bridge first: once it is gone, nothing passes through it that the firewall would have to stop. */
async function clearPlan(world: World, network: NetworkConfig): Promise<Plan> {
  if (network.driver !== 'bridge') return [];
  const found = interfaceState(network.interfaceName);
  const message = { message: deleteInterfaceMessage(network.interfaceName), indexAt: -1, pidAt: -1 };
  const bridge = found !== undefined && isOwnBridge(network, found);
  const remove = { ...rtnetlink('host', `network ${network.name} is removed`, message, ''), missingOk: true };
  return [...(bridge ? [remove] : []), ...(await firewallPlan(world, network))];
}

async function firewallPlan(world: World, network: NetworkConfig): Promise<Plan> {
  if (!firewallTableExists(firewallTable(world))) return [];
  const { networkRemovalOps, removeFirewallOps } = await import('../../network/firewall/restore-ops.ts');
  const intent = firewallIntent(world);
  const networks = intent.networks.filter(({ name }) => name !== network.name);
  const bridges = networks.filter(({ driver }) => driver === 'bridge');
  return bridges.length === 0
    ? removeFirewallOps(firewallTable(world))
    : networkRemovalOps(network, { ...intent, networks });
}
