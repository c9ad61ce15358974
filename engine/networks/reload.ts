import { launchPlan } from '../../kernel/executor.ts';
import { interfaceState } from '../../kernel/interface-state.ts';
import { libc } from '../../kernel/libc.ts';
import { bridgeOps, forwardingOps, isBridgeReady } from '../../network/bridge.ts';
import { listNetworks } from '../../network/store/read.ts';
import type { Op, Plan } from '../../plan/ops.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { launchError } from '../containers/start.ts';
import type { World } from '../world.ts';
import { ensureGuard } from './guard/ensure-guard.ts';
import { writeGuardBatch } from './guard/write-batch.ts';
import { firewallIntent } from './mend.ts';
import { reattachOps, runningEndpoints } from './reattach.ts';

/**
 * Restores what networks with running containers want in the kernel, from stored intent: firewall, bridges, forwarding,
 * and the host's ends of interfaces in their bridges. Nothing of ours stays that nobody wants.
 */
export async function reloadNetworks(world: World): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const plan = await reloadPlan(world);
    if (plan.length === 0) return;
    const { outcome, controlFd } = launchPlan({ plan, executor: await world.executor });
    libc.close(controlFd);
    if (outcome.kind === 'done') return guardAnew(world);
    // Somebody has changed the ruleset meanwhile: perhaps a start, of which nothing must be lost.
    const isOutdated = outcome.kind === 'failed' && outcome.errno === ERESTART;
    if (!isOutdated || attempt === ATTEMPTS) throw await launchError(plan, outcome, 'the networks');
  }
}

const ERESTART = 85;
const ATTEMPTS = 50;

/** By the rules of this version, and by a new guard where somebody has killed the last one. */
function guardAnew(world: World): Promise<void> {
  writeGuardBatch(world);
  return ensureGuard(world, runningEndpoints(world));
}

async function reloadPlan(world: World): Promise<Plan> {
  const { restoreOps } = await import('../../network/firewall/restore-ops.ts');
  const { readGeneration } = await import('../../network/firewall/read-ruleset.ts');
  const generation = readGeneration();
  const endpoints = runningEndpoints(world);
  const used = new Set(endpoints.map(({ network }) => network.name));
  const bridges = listNetworks(world).filter(({ driver }) => driver === 'bridge');
  const live = bridges.filter(
    ({ name, interfaceName }) => used.has(name) || interfaceState(interfaceName) !== undefined,
  );
  if (live.length === 0) return [];
  const firewall = restoreOps(firewallIntent(world, { starting: true }), generation);
  return [...firewall, ...live.flatMap(restoreBridge), ...reattachOps(endpoints)];
}

function restoreBridge(network: NetworkConfig): Op[] {
  const ready = isBridgeReady(network);
  return [...forwardingOps(network), ...(ready ? [] : bridgeOps(network))];
}
