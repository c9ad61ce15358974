import { LimpidError } from '../../base/error.ts';
import { tracePhase } from '../../base/trace.ts';
import { interfaceState } from '../../kernel/interface-state.ts';
import { statPath } from '../../kernel/file-status.ts';
import { forwardingOps, isBridgeReady } from '../../network/bridge.ts';
import { releaseEndpoint, takeEndpoint, type EndpointRequest, type WantedEndpoint } from '../../network/endpoints.ts';
import { firewallTable } from '../../network/firewall/table-name.ts';
import { firewallTableExists, firewallTableOp } from '../../network/host/firewall-table.ts';
import { planEndpoints } from '../../network/plan.ts';
import { DEFAULT_NETWORK, noSuchNetwork, readNetwork } from '../../network/store/read.ts';
import type { NetworkPlan } from '../../plan/context.ts';
import type { Op } from '../../plan/ops.ts';
import type { Endpoint, NetworkConfig, PortMapping } from '../../spec/network.ts';
import { newId, nowText } from '../caller.ts';
import type { ContainerConfig } from '../config.ts';
import type { ContainerPaths } from '../records/paths.ts';
import type { World } from '../world.ts';
import { ifDead } from './alive.ts';
import { readEndpoints, writeEndpoints, type EndpointRecord } from './endpoint-record.ts';
import { ensureGuard } from './guard/ensure-guard.ts';
import { laterCleanupOp, removeLaterCleanup } from './later-cleanup-op.ts';

/** A container's places on its networks, taken for one start. */
export interface PreparedNetworks {
  readonly endpoints: readonly Endpoint[];
  readonly ports: readonly PortMapping[];
  readonly plan: NetworkPlan;
  /** Gives everything back, where the start came to nothing. */
  release(): void;
}

/**
 * Takes an address on each network that a container asks for, and computes what its start has to do for them: the
 * endpoints, and whatever of the networks themselves is not in the kernel. With `preview` nothing is taken or written.
 * Throws ENONETWORK, ENOADDRESS, EADDRINUSE, ETAKEN, ENOSUBNET.
 */
export async function prepareNetworks(
  world: World,
  config: ContainerConfig,
  paths: ContainerPaths,
  { preview = false } = {},
): Promise<PreparedNetworks> {
  const wanted = await wantedEndpoints(world, config, preview);
  const last = readEndpoints(world, config, paths);
  const request = endpointRequest(world, config, last.endpoints, preview);
  const endpoints: Endpoint[] = [];
  const release = () => endpoints.forEach((endpoint) => releaseEndpoint(world, endpoint));
  try {
    for (const one of wanted) endpoints.push(takeEndpoint(request, one, endpoints));
    tracePhase('addresses taken');
    const { plan: endpointPlan, ports } = await planNetworks(world, config, endpoints, last);
    const plan = { ...endpointPlan, cleanup: [laterCleanupOp(paths), ...endpointPlan.cleanup] };
    if (!preview) {
      removeLaterCleanup(paths);
      writeEndpoints(paths, { endpoints, ports });
      await attendTo(world, endpoints);
    }
    tracePhase('networks planned');
    return { endpoints, ports, plan, release };
  } catch (error) {
    if (!preview) release();
    throw error;
  }
}

export function endpointRequest(
  world: World,
  { id, name }: ContainerConfig,
  last: readonly Endpoint[],
  preview: boolean,
): EndpointRequest {
  return {
    place: world,
    containerId: id,
    containerName: name,
    ifDead: ifDead(world),
    last,
    nonce: preview ? '000' : nonce(),
    preview,
  };
}

async function planNetworks(
  world: World,
  config: ContainerConfig,
  endpoints: readonly Endpoint[],
  last: EndpointRecord,
): Promise<{ readonly plan: NetworkPlan; readonly ports: readonly PortMapping[] }> {
  const before = await missingOps(world, endpoints);
  const planned = endpoints.map((endpoint) => {
    const because = config.because['linux.namespaces[network]'] ?? `default: network ${endpoint.network.name}`;
    return {
      endpoint,
      because,
      returns: last.endpoints.some(({ ip, ip6 }) => ip === endpoint.ip && ip6 === endpoint.ip6),
    };
  });
  const plan = { ...planEndpoints(world, planned, statPath('/proc/sys/net/ipv6') !== undefined), before };
  if (!config.publishAll && (config.ports ?? []).length === 0) {
    const looks = endpoints.some(isBehindFirewall) ? [firewallTableOp(firewallTable(world))] : [];
    return { plan: { ...plan, host: [...looks, ...plan.host] }, ports: [] };
  }
  // What adds to the table finds out by itself whether it is there.
  const { publishPorts } = await import('./publish.ts');
  const published = await publishPorts(world, config, endpoints, last.ports);
  return {
    ports: published.ports,
    plan: {
      before,
      host: [...plan.host, ...published.host],
      child: plan.child,
      cleanup: [...published.cleanup, ...plan.cleanup],
    },
  };
}

function isBehindFirewall({ network }: Endpoint): boolean {
  return network.driver === 'bridge';
}

/** Who has its addresses is guarded, and in the resolver's view where it is to be found by name. */
export async function attendTo(world: World, endpoints: readonly Endpoint[]): Promise<void> {
  await ensureGuard(world, endpoints);
  if (!endpoints.some(({ network }) => network.dnsEnabled)) return;
  const { ensureResolver } = await import('./names/ensure-resolver.ts');
  await ensureResolver(
    world,
    endpoints.map(({ network }) => network),
  );
}

/** As `prepareNetworks` for what is only shown; `undefined` where there is no network. */
export async function previewNetworks(
  world: World,
  config: ContainerConfig,
  paths: ContainerPaths,
): Promise<PreparedNetworks | undefined> {
  return config.namespaces.network.kind !== 'private' || (config.networks ?? []).length === 0
    ? undefined
    : prepareNetworks(world, config, paths, { preview: true });
}

async function wantedEndpoints(world: World, config: ContainerConfig, preview: boolean): Promise<WantedEndpoint[]> {
  const wanted: WantedEndpoint[] = [];
  const attachments = config.networks ?? [];
  const taken: (string | undefined)[] = [];
  for (const { interfaceName } of attachments) taken.push(interfaceName);
  let index = 0;
  for (const attachment of attachments) {
    const network = await findOrMake(world, attachment.network, preview);
    const interfaceName = attachment.interfaceName ?? freeInterfaceName(taken, index);
    taken.push(interfaceName);
    wanted.push({ network, attachment, interfaceName, index });
    index++;
  }
  return wanted;
}

/** `eth0`, `eth1` and so on, as far as none of them has that name already. */
export function freeInterfaceName(taken: readonly (string | undefined)[], first = 0): string {
  for (let number = first; ; number++) if (!taken.includes(`eth${number}`)) return `eth${number}`;
}

/** The default network is there as soon as somebody wants it. */
async function findOrMake(world: World, name: string, preview: boolean): Promise<NetworkConfig> {
  const network = readNetwork(world, name);
  if (network !== undefined) return network;
  if (name !== DEFAULT_NETWORK) throw noSuchNetwork(name);
  if (preview) {
    const { defaultNetwork } = await import('../../network/store/default-network.ts');
    return defaultNetwork(world, newId(), nowText());
  }
  const { makeDefault } = await import('./make-default.ts');
  return makeDefault(world);
}

/** Host stage, before the clone: bridges, forwarding and firewall as far as they are not there, which they mostly are. */
export async function missingOps(world: World, endpoints: readonly Endpoint[]): Promise<Op[]> {
  const ops: Op[] = [];
  let isClosed: boolean | undefined;
  for (const { network } of endpoints) {
    if (network.driver !== 'bridge') {
      checkParent(network);
      continue;
    }
    ops.push(...forwardingOps(network));
    const ready = isBridgeReady(network);
    isClosed ??= firewallTableExists(firewallTable(world));
    if (ready && isClosed) continue;
    const { mendOps } = await import('./mend.ts');
    ops.push(...mendOps(world, network, { ready, isClosed }));
    isClosed = true;
  }
  return ops;
}

function checkParent({ name, driver, interfaceName }: NetworkConfig): void {
  if (interfaceState(interfaceName) !== undefined) return;
  throw new LimpidError({
    code: 'ENOPARENT',
    doing: 'connect',
    subject: `to network "${name}"`,
    why: `this machine has no interface "${interfaceName}" for its ${driver}`,
    hint: '`ip link` lists them',
  });
}

/** Three letters or digits that another start will hardly have. */
function nonce(): string {
  return Math.floor(Math.random() * 36 ** 3)
    .toString(36)
    .padStart(3, '0');
}
