import { launchPlan } from '../../kernel/executor.ts';
import { statPath } from '../../kernel/file-status.ts';
import { libc } from '../../kernel/libc.ts';
import { openPidfd, type ProcessIdentity } from '../../kernel/process.ts';
import { planConnect, planDisconnect, planWithdraw } from '../../network/connect-plan.ts';
import { firewallTable } from '../../network/firewall/table-name.ts';
import { hairpinOps } from '../../network/ports/hairpin-ops.ts';
import { publishedEndpoint } from '../../network/ports/published-endpoint.ts';
import { movePortsOps } from '../../network/ports/publish-ops.ts';
import { releaseEndpoint, takeEndpoint } from '../../network/endpoints.ts';
import { releaseLeasesOf } from '../../network/leases/sweep.ts';
import { endpointOps } from '../../network/plan.ts';
import type { Op, Plan } from '../../plan/ops.ts';
import { SLOT } from '../../plan/slots.ts';
import type { Endpoint, NetworkAttachment, NetworkConfig } from '../../spec/network.ts';
import type { ContainerConfig } from '../config.ts';
import { notRunning } from '../containers/kill.ts';
import { launchError } from '../containers/start.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import { writeConfig } from '../records/write.ts';
import type { World } from '../world.ts';
import { underNetworksLock } from '../../network/store/write.ts';
import { alreadyConnected, interfaceTaken, notConnected, notPrivate } from './connect-errors.ts';
import { readEndpoints, writeEndpoints, type EndpointRecord } from './endpoint-record.ts';
import { rewriteEtcFiles } from './etc-rewrite.ts';
import { interfacesInside, removeHalfMade } from './half-made.ts';
import { writeLaterCleanup } from './later-cleanup.ts';
import { requireNetwork } from './list.ts';
import { attendTo, endpointRequest, freeInterfaceName, missingOps } from './prepare.ts';

/**
 * Puts a container on a further network: at once where it runs, and at every later start. Throws ENOCONTAINER,
 * ENONETWORK, ECONNECTED, ENOTPRIVATE, ENOADDRESS, EADDRINUSE.
 */
export async function connectNetwork(
  world: World,
  reference: string,
  container: string,
  options: Omit<NetworkAttachment, 'network'>,
): Promise<void> {
  const network = await requireNetwork(world, reference);
  await underNetworksLock(world, async () => {
    const record = findRecord(world, container);
    const { config, paths } = record;
    const networks = config.networks ?? [];
    if (config.namespaces.network.kind !== 'private') throw notPrivate(config, 'connect');
    if (networks.some((one) => one.network === network.name)) throw alreadyConnected(config, network);
    const { interfaceName } = options;
    if (interfaceName !== undefined && networks.some((one) => one.interfaceName === interfaceName))
      throw interfaceTaken(config, interfaceName);
    const attachment = { ...options, network: network.name };
    const changed = { ...config, networks: [...networks, attachment] };
    const { process } = observeState(world, record);
    if (process !== undefined) await connectRunning(world, record, process, network, attachment);
    writeConfig(world, paths, changed);
  });
}

/** Takes a container off a network. Throws ENOCONTAINER, ENONETWORK, ENOTCONNECTED. */
export async function disconnectNetwork(world: World, reference: string, container: string): Promise<void> {
  const network = await requireNetwork(world, reference);
  await underNetworksLock(world, async () => {
    const record = findRecord(world, container);
    const { config, paths } = record;
    if (config.namespaces.network.kind !== 'private') throw notPrivate(config, 'disconnect');
    const networks = (config.networks ?? []).filter((one) => one.network !== network.name);
    const { process } = observeState(world, record);
    const written = readEndpoints(world, config, paths).endpoints.find((one) => one.network.id === network.id);
    const endpoint = process === undefined ? undefined : written;
    // One that was killed on the way is brought to its end.
    const isOn = networks.length < (config.networks ?? []).length || endpoint !== undefined;
    if (!isOn) throw notConnected(config, network);
    writeConfig(world, paths, { ...config, networks });
    if (process !== undefined && endpoint !== undefined) await disconnectRunning(world, record, process, endpoint);
  });
}

async function connectRunning(
  world: World,
  { config, paths }: ContainerRecord,
  process: ProcessIdentity,
  network: NetworkConfig,
  attachment: NetworkAttachment,
): Promise<void> {
  const written = readEndpoints(world, config, paths);
  // A command that was killed may have left one that the config knows nothing of.
  const isMeant = ({ network: { name } }: Endpoint) => config.networks?.some((one) => one.network === name) ?? false;
  const last = { ...written, endpoints: written.endpoints.filter(isMeant) };
  await removeHalfMade(world, config, last.endpoints);
  const names = [...last.endpoints.map((endpoint) => endpoint.interfaceName), ...interfacesInside(process)];
  const interfaceName = attachment.interfaceName ?? freeInterfaceName(names);
  if (names.includes(interfaceName)) throw interfaceTaken(config, interfaceName);
  const isHalfMade = last.endpoints.length < written.endpoints.length;
  // It is not on that network: what it has there is of a connection that was killed.
  releaseLeasesOf(world, network.name, config.id);
  const request = endpointRequest(world, config, written.endpoints, false);
  const endpoint = takeEndpoint(
    request,
    { network, attachment, interfaceName, index: freeIndex(last.endpoints) },
    last.endpoints,
  );
  const endpoints = [...last.endpoints, endpoint];
  try {
    writeLaterCleanup(world, paths, { ...last, endpoints });
    const because = `limpid network connect ${network.name}`;
    const options = { because, returns: false, hasIpv6: statPath('/proc/sys/net/ipv6') !== undefined };
    const before = await missingOps(world, [endpoint]);
    const ops = endpointOps(endpoint, options);
    const host = [...ops.host, ...portOps(world, last, endpoints, isHalfMade)];
    await enter(world, config, process, planConnect({ because, before, ops: { ...ops, host } }));
    writeEndpoints(paths, { ...last, endpoints });
    await attendTo(world, [endpoint]);
    rewriteEtcFiles(world, { config, paths }, endpoints);
  } catch (error) {
    await takeBack(world, { config, paths } as ContainerRecord, process, { last, endpoint });
    throw error;
  }
}

/** What a connection that failed has made: until the end of the container nobody else would. */
async function takeBack(
  world: World,
  { config, paths }: ContainerRecord,
  process: ProcessIdentity,
  { last, endpoint }: { readonly last: EndpointRecord; readonly endpoint: Endpoint },
): Promise<void> {
  const ports = portOps(world, { ...last, endpoints: [...last.endpoints, endpoint] }, last.endpoints);
  const inside = endpoint.network.driver === 'bridge' ? [] : planWithdraw(endpoint, 'it could not be connected');
  for (const plan of [ports, inside]) if (plan.length > 0) await enter(world, config, process, plan).catch(() => {});
  await removeHalfMade(world, config, last.endpoints).catch(() => {});
  writeLaterCleanup(world, paths, last);
  writeEndpoints(paths, last);
  releaseEndpoint(world, endpoint);
}

async function disconnectRunning(
  world: World,
  { config, paths }: ContainerRecord,
  process: ProcessIdentity,
  endpoint: Endpoint,
): Promise<void> {
  const last = readEndpoints(world, config, paths);
  const endpoints = last.endpoints.filter((one) => one.network.id !== endpoint.network.id);
  writeLaterCleanup(world, paths, { ...last, endpoints }, [endpoint]);
  const leaving = planDisconnect(endpoint, `limpid network disconnect ${endpoint.network.name}`);
  // Whoever gets the address next must not get what is sent to this container's ports.
  await enter(world, config, process, [...portOps(world, last, endpoints), ...leaving]);
  writeEndpoints(paths, { ...last, endpoints });
  releaseLeasesOf(world, endpoint.network.name, config.id);
  rewriteEtcFiles(world, { config, paths }, endpoints);
}

/** Published ports lead to the first endpoint on a bridge, whichever that is now. */
function portOps(
  world: World,
  { endpoints: before, ports }: EndpointRecord,
  endpoints: readonly Endpoint[],
  isHalfMade = false,
): Op[] {
  const [from, to] = [publishedEndpoint(before), publishedEndpoint(endpoints)];
  if (ports.length === 0 || (from?.network.id === to?.network.id && !isHalfMade)) return [];
  const moved = movePortsOps(firewallTable(world), { from, to, ports });
  return to === undefined ? moved : [...moved, ...hairpinOps(to)];
}

/** Runs a plan that goes into the network namespace of a running container. */
export async function enter(
  world: World,
  config: ContainerConfig,
  process: ProcessIdentity,
  plan: Plan,
): Promise<void> {
  const target = openPidfd(process);
  if (target === undefined) throw notRunning({ config } as ContainerRecord, 'change the networks of', 'exited');
  try {
    const { outcome, controlFd } = launchPlan({
      plan,
      executor: await world.executor,
      slots: new Map([[SLOT.target, target]]),
    });
    libc.close(controlFd);
    if (outcome.kind !== 'done') throw await launchError(plan, outcome, `container "${config.name}"`);
  } finally {
    libc.close(target);
  }
}

/** Of the host's end: no two of a container's are called the same. */
function freeIndex(endpoints: readonly Endpoint[]): number {
  const taken = new Set(endpoints.map(({ hostInterface }) => Number.parseInt(hostInterface[11] ?? '0', 36)));
  for (let index = 0; ; index++) if (!taken.has(index)) return index;
}
