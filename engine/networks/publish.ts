import { LimpidError } from '../../base/error.ts';
import { firewallTable } from '../../network/firewall/table-name.ts';
import { choosePorts } from '../../network/ports/choose-ports.ts';
import { forgetConnectionsOps } from '../../network/ports/forget-connections.ts';
import { hairpinOps } from '../../network/ports/hairpin-ops.ts';
import { publishOps, unpublishOps } from '../../network/ports/publish-ops.ts';
import { publishedEndpoint } from '../../network/ports/published-endpoint.ts';
import { staleElements } from '../../network/ports/stale-elements.ts';
import type { Op } from '../../plan/ops.ts';
import type { Endpoint, PortMapping } from '../../spec/network.ts';
import type { ContainerConfig } from '../config.ts';
import { exposedPorts } from './exposed-ports.ts';
import type { World } from '../world.ts';

/** What publishing adds to a start. */
export interface PublishPlan {
  readonly ports: readonly PortMapping[];
  /** Host stage, behind the veths. */
  readonly host: readonly Op[];
  readonly cleanup: readonly Op[];
}

const NOTHING: PublishPlan = { ports: [], host: [], cleanup: [] };

/**
 * Chooses the host's ports and leads them to the first of these endpoints that is on a bridge. `last` are those of the
 * last start. Throws ENOPORT where the host has none left, and ENOBRIDGE where no endpoint is on a bridge.
 */
export async function publishPorts(
  world: World,
  config: ContainerConfig,
  endpoints: readonly Endpoint[],
  last: readonly PortMapping[],
): Promise<PublishPlan> {
  const wanted = [...(config.ports ?? [])];
  if (config.publishAll) wanted.push(...(await exposedPorts(world, config, wanted)));
  if (wanted.length === 0) return NOTHING;
  const endpoint = publishedEndpoint(endpoints);
  if (endpoint === undefined) throw notOnBridge(config);
  const ports = choosePorts(wanted, last);
  const table = firewallTable(world);
  const host = [
    ...publishOps(table, endpoint, ports, staleElements(table, endpoint, ports)),
    ...forgetConnectionsOps(endpoint, ports, world.facts.kernelRelease),
    ...hairpinOps(endpoint),
  ];
  return { ports, host, cleanup: unpublishOps(table, endpoint, ports) };
}

function notOnBridge({ name }: ContainerConfig): LimpidError {
  return new LimpidError({
    code: 'ENOBRIDGE',
    doing: 'publish',
    subject: `ports of container "${name}"`,
    why: 'it is on no bridge: other machines reach it at its own address',
    hint: 'leave --publish away, or connect it to a bridge first',
  });
}
