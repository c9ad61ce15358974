import { attachBridgeOps } from '../../network/endpoint-ops.ts';
import { listInterfaces } from '../../network/host/interfaces.ts';
import type { Op } from '../../plan/ops.ts';
import type { Endpoint } from '../../spec/network.ts';
import { listContainers } from '../containers/list.ts';
import type { World } from '../world.ts';
import { readEndpoints } from './endpoint-record.ts';

/** Host stage: a bridge that was deleted has let go of its ports. */
export function reattachOps(endpoints: readonly Endpoint[]): Op[] {
  const there = new Set(listInterfaces().map(({ name }) => name));
  return endpoints
    .filter(({ network, hostInterface }) => network.driver === 'bridge' && there.has(hostInterface))
    .map((endpoint) => attachBridgeOps(endpoint, 'its bridge was deleted, and is there again'));
}

/** Where the running containers of this world are. */
export function runningEndpoints(world: World): Endpoint[] {
  return listContainers(world)
    .filter(({ state }) => state.process !== undefined)
    .flatMap(({ config, paths }) => [...readEndpoints(world, config, paths).endpoints]);
}
