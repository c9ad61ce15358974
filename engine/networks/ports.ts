import { publishedEndpoint } from '../../network/ports/published-endpoint.ts';
import type { PortMapping } from '../../spec/network.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import type { World } from '../world.ts';
import { readEndpoints } from './endpoint-record.ts';

/** The published ports of the container that a name or id means. Throws ENOCONTAINER, EAMBIGUOUS. */
export function publishedPorts(world: World, reference: string): readonly PortMapping[] {
  return portsOf(world, findRecord(world, reference));
}

/**
 * The ports of the host that lead to a container, or led to it when it last ran; before its first start what it asks
 * for, with port 0 where any will do.
 */
export function portsOf(world: World, { config, paths }: ContainerRecord): readonly PortMapping[] {
  const { endpoints, ports } = readEndpoints(world, config, paths);
  if (ports.length === 0 && endpoints.length === 0) return config.ports ?? [];
  return publishedEndpoint(endpoints) === undefined ? [] : ports;
}
