import { readText, renamePath, writeFile } from '../../kernel/files.ts';
import { readNetwork } from '../../network/store/read.ts';
import type { Endpoint, PortMapping } from '../../spec/network.ts';
import type { ContainerConfig } from '../config.ts';
import type { ContainerPaths } from '../records/paths.ts';
import type { World } from '../world.ts';

/** What a container's last start got: where it is on its networks, and which ports of the host lead to it. */
export interface EndpointRecord {
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly PortMapping[];
}

interface StoredEndpoint extends Omit<Endpoint, 'network' | 'containerId' | 'containerName'> {
  readonly network: string;
  readonly networkId: string;
}

const NOTHING: EndpointRecord = { endpoints: [], ports: [] };

/** What was written last, as far as the networks are still there. A damaged record is as good as none. */
export function readEndpoints(
  world: World,
  { id, name }: Pick<ContainerConfig, 'id' | 'name'>,
  paths: ContainerPaths,
): EndpointRecord {
  const text = readText(endpointsPath(paths));
  if (text === undefined) return NOTHING;
  try {
    const stored = JSON.parse(text) as { endpoints: readonly StoredEndpoint[]; ports: readonly PortMapping[] };
    const endpoints: Endpoint[] = [];
    for (const { network: networkName, networkId, ...rest } of stored.endpoints) {
      const network = readNetwork(world, networkName);
      if (network?.id === networkId) endpoints.push({ ...rest, containerId: id, containerName: name, network });
    }
    return { endpoints, ports: stored.ports };
  } catch {
    return NOTHING;
  }
}

/** By one rename; what a power cut makes of it only costs the container its address. */
export function writeEndpoints(paths: ContainerPaths, record: EndpointRecord): void {
  const path = endpointsPath(paths);
  writeFile(`${path}.tmp`, endpointsText(record), { mode: 0o600, sync: false });
  renamePath(`${path}.tmp`, path);
}

export function endpointsText({ endpoints, ports }: EndpointRecord): string {
  const stored = endpoints.map((endpoint) => {
    const { name, id } = endpoint.network;
    // Whose they are says the record that they lie in.
    return { ...endpoint, containerId: undefined, containerName: undefined, network: name, networkId: id };
  });
  return JSON.stringify({ endpoints: stored, ports });
}

function endpointsPath({ record }: ContainerPaths): string {
  return `${record}/endpoints.json`;
}
