import { LimpidError } from '../../base/error.ts';
import { firewallTable } from '../../network/firewall/table-name.ts';
import { choosePorts } from '../../network/ports/choose-ports.ts';
import { forgetConnectionsOps } from '../../network/ports/forget-connections.ts';
import { hairpinOps } from '../../network/ports/hairpin-ops.ts';
import { publishOps, unpublishOps } from '../../network/ports/publish-ops.ts';
import { releasePorts, reservePorts } from '../../network/ports/reserve-ports.ts';
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
 * last start. Throws ENOPORT where the host has none left, ENOBRIDGE where no endpoint is on a bridge, and ENOFAMILY
 * where the container has no address of the kind that a port is published at.
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
  if (endpoints.length === 0) return heldPorts(choosePorts(wanted, last));
  const endpoint = publishedEndpoint(endpoints);
  if (endpoint === undefined) throw notOnBridge(config);
  for (const port of wanted) checkFamily(port, endpoint);
  const ports = choosePorts(wanted, last);
  const table = firewallTable(world);
  const host = [
    ...publishOps(table, endpoint, ports, staleElements(table, endpoint, ports)),
    ...forgetConnectionsOps(endpoint, ports, world.facts.kernelRelease),
    ...hairpinOps(endpoint),
  ];
  return { ports, host, cleanup: unpublishOps(table, endpoint, ports) };
}

/** On no network now: nobody else gets them until it is connected to one. */
function heldPorts(ports: readonly PortMapping[]): PublishPlan {
  return { ports, host: reservePorts({ ip: '' }, ports), cleanup: [releasePorts()] };
}

/** What is published at an address of a family that the container has none of would lead nowhere. */
function checkFamily({ hostIp, containerPort, protocol }: PortMapping, { ip, ip6, network }: Endpoint): void {
  if (hostIp === '' || (hostIp.includes(':') ? ip6 : ip) !== undefined) return;
  const family = hostIp.includes(':') ? 'IPv6' : 'IPv4';
  throw new LimpidError({
    code: 'ENOFAMILY',
    doing: 'publish',
    subject: `port ${containerPort}/${protocol} at "${hostIp}"`,
    why: `the container has no ${family} address on network "${network.name}"`,
    hint:
      family === 'IPv6' ? '`limpid network create --ipv6` makes a network with both' : 'publish it at an IPv6 address',
  });
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
