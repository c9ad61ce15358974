import { bridgeOps } from '../../network/bridge.ts';
import { networkFirewallOps } from '../../network/firewall/network-firewall-ops.ts';
import type { FirewallIntent } from '../../network/firewall/intent.ts';
import { ensureFirewallOps } from '../../network/firewall/restore-ops.ts';
import { firewallTable } from '../../network/firewall/table-name.ts';
import { publishedEndpoint } from '../../network/ports/published-endpoint.ts';
import { listNetworks } from '../../network/store/read.ts';
import type { Op } from '../../plan/ops.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { listContainers } from '../containers/list.ts';
import type { World } from '../world.ts';
import { ifDead } from './alive.ts';
import { readEndpoints } from './endpoint-record.ts';
import { reattachOps, runningEndpoints } from './reattach.ts';

/** Host stage: what of a network is not in the kernel, because this is its first start or somebody took it away. */
export function mendOps(
  world: World,
  network: NetworkConfig,
  { ready, isClosed }: { readonly ready: boolean; readonly isClosed: boolean },
): Op[] {
  // The firewall first: there is no moment at which a container of this network has none.
  const firewall = isClosed
    ? networkFirewallOps(firewallTable(world), network)
    : ensureFirewallOps(firewallIntent(world));
  if (ready) return firewall;
  const left = runningEndpoints(world).filter((endpoint) => endpoint.network.id === network.id);
  return [...firewall, ...bridgeOps(network), ...reattachOps(left)];
}

/**
 * All that the firewall is to hold for the networks and the running containers of this world; with `starting` for those
 * as well that somebody is just starting.
 */
export function firewallIntent(world: World, { starting = false } = {}): FirewallIntent {
  const isDead = ifDead(world);
  const running = listContainers(world).filter(
    ({ config, state }) => state.process !== undefined || (starting && !isDead(config.id, () => {})),
  );
  return {
    table: firewallTable(world),
    networks: listNetworks(world),
    published: running.flatMap(({ config, paths }) => {
      const { endpoints, ports } = readEndpoints(world, config, paths);
      const endpoint = publishedEndpoint(endpoints);
      return endpoint === undefined || ports.length === 0 ? [] : [{ endpoint, ports }];
    }),
  };
}
