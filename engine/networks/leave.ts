import { firewallTable } from '../../network/firewall/table-name.ts';
import { publishedEndpoint } from '../../network/ports/published-endpoint.ts';
import { unpublishOps } from '../../network/ports/publish-ops.ts';
import { releaseOps } from '../../network/plan.ts';
import type { Op } from '../../plan/ops.ts';
import { containerPaths } from '../records/paths.ts';
import type { World } from '../world.ts';
import { readEndpoints } from './endpoint-record.ts';

/** Clean-up stage: what a container whose monitor was killed still has of networks, as far as it was written down. */
export function leaveNetworks(world: World, id: string): Op[] {
  const ops: Op[] = [];
  for (const volatile of [false, true]) {
    const paths = containerPaths(world, id, volatile);
    const { endpoints, ports } = readEndpoints(world, { id, name: id.slice(0, 12) }, paths);
    const endpoint = publishedEndpoint(endpoints);
    if (endpoint !== undefined) ops.push(...unpublishOps(firewallTable(world), endpoint, ports));
    for (const one of endpoints) ops.push(...releaseOps(world, one));
  }
  return ops;
}
