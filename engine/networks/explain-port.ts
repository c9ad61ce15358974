import { formatAddress, parseAddress, type IpAddress } from '../../abi/ip/address.ts';
import { readKernelFile } from '../../kernel/files.ts';
import { readInterface } from '../../network/host/interfaces.ts';
import { portHolder, socketOwner, type HostPort } from '../../network/ports/port-holder.ts';
import { readPublished, type PublishedPort } from '../../network/ports/published-ports.ts';
import { meets, readSockets } from '../../network/ports/sockets.ts';
import { listNetworks } from '../../network/store/read.ts';
import type { NetworkConfig } from '../../spec/network.ts';
import { containsAddress, parseSubnet } from '../../abi/ip/subnet.ts';
import { findRecord, type ContainerRecord } from '../records/read.ts';
import { observeState } from '../records/state.ts';
import type { World } from '../world.ts';
import { findObstacles } from './port-obstacles.ts';
import { publisherOf } from './publisher.ts';

/** One place that a packet comes by on its way from a port of the host into a container. */
export interface PortStep {
  readonly at: 'port' | 'map' | 'forwarding' | 'bridge' | 'container' | 'listener' | 'firewall';
  readonly says: string;
  /** `no`: the packet gets no further. `perhaps`: that depends on what is not known of it. */
  readonly passes: 'yes' | 'no' | 'perhaps';
}

/** A way that a packet to the port takes; one a family where it is published at both. */
export type PortWalk = readonly PortStep[];

/** Walks packets to a port of the host as the kernel would, from what it holds at this moment. */
export function explainPort(world: World, wanted: HostPort): PortWalk[] {
  const found = readPublished().filter(
    ({ port, protocol, host }) => port === wanted.port && protocol === wanted.protocol && meets(host, wanted.address),
  );
  if (found.length === 0) return [[notPublished(world, wanted)]];
  const order = (one: PublishedPort) => (one.map.endsWith('_any') ? 1 : 0);
  return found.sort((one, other) => order(one) - order(other)).map((published) => walk(world, published));
}

function notPublished(world: World, wanted: HostPort): PortStep {
  const publisher = publisherOf(world, wanted);
  if (publisher !== undefined)
    return step(
      'map',
      `container "${publisher}" has it, and no map leads there: it is on no bridge, or the ruleset was flushed (\`limpid network reload --all\`)`,
      'no',
    );
  const holder = portHolder(wanted, () => undefined);
  if (holder === undefined) return step('port', 'nobody listens there, and it leads to no container', 'no');
  return step('port', `${holder} has it: packets go to that one, and to no container`, 'no');
}

function step(at: PortStep['at'], says: string, passes: PortStep['passes'] = 'yes'): PortStep {
  return { at, says, passes };
}

function walk(world: World, published: PublishedPort): PortWalk {
  const { table, map, host, protocol, port, address, containerPort, containerName } = published;
  const everywhere = host.every((byte) => byte === 0);
  const family = address.length === 4 ? 'IPv4' : 'IPv6';
  const where = everywhere ? `every ${family} address of this host` : formatAddress(host);
  const key = `${everywhere ? '' : `${formatAddress(host)} . `}${protocol} . ${port}`;
  const networks = listNetworks(world).filter(({ driver }) => driver === 'bridge');
  const network = networkOf(networks, address);
  const steps = [
    step('port', `${port}/${protocol} at ${where}, published by container "${containerName}"`),
    step('map', `inet ${table} ${map}: ${key} leads to ${formatAddress(address)} . ${containerPort}`),
    forwarding(address, network?.internal ?? false),
    bridgeStep(network),
    ...insideSteps(world, published),
  ];
  return network === undefined ? steps : [...steps, ...firewallSteps(published, network, networks)];
}

function networkOf(networks: readonly NetworkConfig[], address: IpAddress): NetworkConfig | undefined {
  return networks.find(({ subnets }) =>
    subnets.some(({ subnet }) => {
      const parsed = parseSubnet(subnet);
      return parsed !== undefined && containsAddress(parsed, address);
    }),
  );
}

function forwarding(address: IpAddress, isInternal: boolean): PortStep {
  const name = address.length === 4 ? 'net.ipv4.ip_forward' : 'net.ipv6.conf.all.forwarding';
  const value = readKernelFile(`/proc/sys/${name.replaceAll('.', '/')}`)?.trim();
  if (isInternal) return step('forwarding', `${name} is ${value}, and an internal network needs none`);
  return value === '1'
    ? step('forwarding', `${name} is 1`)
    : step(
        'forwarding',
        `${name} is ${value}: nothing from other machines is passed on; \`limpid network reload --all\``,
        'no',
      );
}

function bridgeStep(network: NetworkConfig | undefined): PortStep {
  if (network === undefined) return step('bridge', 'no network has that address any more', 'no');
  const { interfaceName, name, internal } = network;
  const found = readInterface(interfaceName);
  if (found === undefined)
    return step(
      'bridge',
      `${interfaceName} of network "${name}" is gone; \`limpid network reload --all\` makes it again`,
      'no',
    );
  return step(
    'bridge',
    `${interfaceName} of network "${name}" is ${found.up ? 'up' : 'down'}${internal ? ', and internal: for this host alone' : ''}`,
    found.up ? 'yes' : 'no',
  );
}

function insideSteps(world: World, published: PublishedPort): PortStep[] {
  const record = recordOf(world, published);
  if (record === undefined)
    return [
      step('container', `"${published.containerName}" (${published.containerId}) is not of this engine’s`, 'perhaps'),
    ];
  const { process, status } = observeState(world, record);
  if (process === undefined) return [step('container', `"${record.config.name}" does not run`, 'no')];
  return [
    step('container', `"${record.config.name}" (${published.containerId}) is ${status}, process ${process.pid}`),
    listenerStep(process.pid, published),
  ];
}

function recordOf(world: World, { containerId }: PublishedPort): ContainerRecord | undefined {
  try {
    return findRecord(world, containerId);
  } catch {
    return undefined;
  }
}

function listenerStep(pid: number, { protocol, address, containerPort }: PublishedPort): PortStep {
  const place = `${containerPort}/${protocol}`;
  const all = readSockets(`/proc/${pid}/net`, protocol).filter(
    ({ port, listens }) => port === containerPort && listens,
  );
  const right = all.find((socket) => meets(socket.address, address));
  if (right !== undefined) {
    return step(
      'listener',
      `${socketOwner(right.inode) ?? 'a program'} listens at ${formatAddress(right.address)} ${place}`,
    );
  }
  const [wrong] = all;
  if (wrong === undefined) return step('listener', `nobody listens at ${place} inside`, 'no');
  return step('listener', `inside, ${place} is listened at on ${formatAddress(wrong.address)} only`, 'no');
}

const DEEDS = {
  drops: { surely: 'drops it', perhaps: 'may drop it' },
  diverts: { surely: 'leads it elsewhere', perhaps: 'may lead it elsewhere' },
} as const;

function firewallSteps(
  published: PublishedPort,
  network: NetworkConfig,
  networks: readonly NetworkConfig[],
): PortStep[] {
  const obstacles = findObstacles(published, network, networks);
  if (obstacles.length === 0) return [step('firewall', 'nothing drops it')];
  return obstacles.map(({ does, from, table, chain, hook, by, unsure }) => {
    const what = by === 'policy' ? 'its policy' : `rule with handle ${by.handle} in chain ${by.chain}`;
    const says = `from ${from}: ${table} ${chain} (${hook}) ${DEEDS[does][unsure ? 'perhaps' : 'surely']} by ${what}`;
    return step('firewall', says, unsure ? 'perhaps' : 'no');
  });
}

/** `8080`, `8080/udp`, `127.0.0.1:8080`, `[::1]:8080/tcp`; `undefined` for anything else. */
export function parseHostPort(text: string): HostPort | undefined {
  const match = /^(?:\[([^\]]+)\]:|([^:[\]]+):)?(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(text);
  const address = match?.[1] ?? match?.[2];
  const bytes = address === undefined ? new Uint8Array(16) : parseAddress(address);
  const port = Number(match?.[3]);
  if (match === null || bytes === undefined || port < 1 || port > 65535) return undefined;
  return { address: bytes, port, protocol: (match[4] ?? 'tcp') as HostPort['protocol'] };
}
