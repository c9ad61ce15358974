import { parseAddress } from '../../abi/ip/address.ts';
import { LimpidError } from '../../base/error.ts';
import { INTERFACE_NAME_WANTED, isInterfaceName } from '../../spec/interface-name.ts';
import type { NetworkConfig, Subnet } from '../../spec/network.ts';
import { FIRST_METRIC, IPV6_LEAST_MTU } from '../endpoint-ops.ts';
import { ipvlanMode } from '../sub-interface.ts';
import { freeBridgeName } from '../store/bridge-name.ts';
import { isNetworkName } from '../store/read.ts';
import type { CreateFacts, Failed } from './create-facts.ts';
import { driverOptions } from './driver-options.ts';
import { checkRoutes } from './routes.ts';
import { chooseSubnets, type SubnetRequest } from './subnets.ts';

/** A network as a user describes it. */
export interface NetworkRequest {
  readonly name?: string;
  readonly driver?: string;
  readonly interfaceName?: string;
  readonly subnets?: readonly SubnetRequest[];
  readonly ipv6?: boolean;
  readonly internal?: boolean;
  readonly dnsEnabled?: boolean;
  readonly dnsServers?: readonly string[];
  /** No addresses at all: `--ipam-driver none`. */
  readonly withoutAddresses?: boolean;
  readonly routes?: NetworkConfig['routes'];
  readonly labels?: Readonly<Record<string, string>>;
  /** `--opt`: mtu, vlan, isolate, metric, no_default_route, mode, parent. */
  readonly options?: Readonly<Record<string, string>>;
}

/** The network that a request means, every field resolved. Pure; throws what `createNetwork` does. */
export function createdNetwork(request: NetworkRequest, facts: CreateFacts): NetworkConfig {
  const driver = driverOf(request);
  const options = driverOptions(driver, request.options ?? {});
  const interfaceName = interfaceOf(request, driver, options.parent, facts);
  const name = request.name ?? (driver === 'bridge' ? interfaceName : freeName(driver, facts.networks));
  const failed = (code: string, why: string, hint?: string) => refusal(name, code, why, hint);
  checkName(name, facts, failed);
  if (driver === 'bridge') checkBridgeName(interfaceName, facts, failed);
  else checkParentMode({ driver, interfaceName, options: options.asGiven }, facts, failed);
  const subnets = subnetsOf(request, collidable(driver, facts), failed);
  const ipv6 = subnets.some(({ subnet }) => subnet.includes(':'));
  const { mtu, metric } = options.numbers;
  if (ipv6 && mtu !== undefined && mtu < IPV6_LEAST_MTU)
    throw failed('EOPTION', `IPv6 needs an MTU of at least ${IPV6_LEAST_MTU}, and --opt mtu=${mtu} is given`);
  const leadsOut = !request.internal && !options.noDefaultRoute;
  checkRoutes({ routes: request.routes ?? [], subnets, leadsOut, metric: metric ?? FIRST_METRIC }, failed);
  for (const server of request.dnsServers ?? [])
    if (parseAddress(server) === undefined) throw failed('EOPTION', `"${server}" is no address of a resolver`);
  return {
    name,
    id: facts.id,
    driver,
    interfaceName,
    created: facts.created,
    subnets,
    ipv6,
    internal: request.internal ?? false,
    isolate: options.isolate,
    // Names are answered at the gateway.
    dnsEnabled: (request.dnsEnabled ?? driver === 'bridge') && subnets.length > 0,
    dnsServers: request.dnsServers ?? [],
    ...options.numbers,
    noDefaultRoute: options.noDefaultRoute,
    routes: request.routes ?? [],
    labels: request.labels ?? {},
    options: options.asGiven,
  };
}

function subnetsOf(request: NetworkRequest, facts: CreateFacts, failed: Failed): readonly Subnet[] {
  if (!request.withoutAddresses) return chooseSubnets(request, facts, failed);
  const [asked] = request.subnets ?? [];
  if (asked !== undefined || request.ipv6)
    throw failed(
      'EOPTION',
      `--ipam-driver none excludes ${asked === undefined ? '--ipv6' : `--subnet ${asked.subnet}`}`,
    );
  return [];
}

function refusal(name: string, code: string, why: string, hint?: string): LimpidError {
  const advice = hint === undefined ? {} : { hint };
  return new LimpidError({ code, doing: 'create', subject: `network "${name}"`, why, ...advice });
}

function driverOf({ name = '', driver = 'bridge' }: NetworkRequest): NetworkConfig['driver'] {
  if (driver === 'bridge' || driver === 'macvlan' || driver === 'ipvlan') return driver;
  throw refusal(name, 'EOPTION', `"${driver}" is none of the drivers bridge, macvlan, ipvlan`);
}

function interfaceOf(
  { name = '', interfaceName, internal }: NetworkRequest,
  driver: NetworkConfig['driver'],
  parent: string | undefined,
  { networks, interfaces, outgoing }: CreateFacts,
): string {
  const wanted = interfaceName ?? parent;
  if (wanted !== undefined && !isInterfaceName(wanted))
    throw refusal(name, 'EOPTION', `"${wanted}" is no name of an interface: ${INTERFACE_NAME_WANTED}`);
  if (driver === 'bridge') return wanted ?? freeBridgeName(networks, interfaces, 1);
  if (internal)
    throw refusal(name, 'EOPTION', `--internal is for bridges: ${driver}s are outside of this machine's firewall`);
  const used = wanted ?? outgoing;
  if (used === undefined)
    throw refusal(
      name,
      'ENOPARENT',
      `this machine has no default route that ${driver}s could use the interface of`,
      'name one: --opt parent=eth0',
    );
  if (interfaces.includes(used)) return used;
  throw refusal(name, 'ENOPARENT', `this machine has no interface "${used}" for its ${driver}`, '`ip link` lists them');
}

const MODE_NAMES = new Set(['bridge', 'none', 'host', 'private', 'container', 'ns', 'default', 'pasta', 'slirp4netns']);

function checkName(name: string, { networks }: CreateFacts, failed: Failed): void {
  if (!isNetworkName(name))
    throw failed('EOPTION', 'letters, digits, "_", "." and "-" are wanted in a name, a letter or digit first');
  if (MODE_NAMES.has(name)) throw failed('EOPTION', `--network ${name} means something else`, 'choose another name');
  if (networks.some((other) => other.name === name))
    throw failed('EEXIST', 'there is one with this name', 'choose another, or pass --ignore to be content with it');
}

function checkBridgeName(interfaceName: string, { networks, interfaces }: CreateFacts, failed: Failed): void {
  const owner = networks.find((other) => other.driver === 'bridge' && other.interfaceName === interfaceName);
  if (owner !== undefined) throw failed('ETAKEN', `"${interfaceName}" is the bridge of network "${owner.name}"`);
  if (interfaces.includes(interfaceName))
    throw failed('ETAKEN', `this machine has another interface "${interfaceName}"`, 'choose another --interface-name');
}

/** On a parent containers are where its own addresses are: its subnet is theirs, and only networks of ours are in the way. */
function collidable(driver: NetworkConfig['driver'], facts: CreateFacts): CreateFacts {
  return driver === 'bridge' ? facts : { ...facts, asked: facts.used.filter(({ isOurs }) => isOurs) };
}

/** The kernel keeps one mode a parent: the last start would change that of all others. */
function checkParentMode(
  { driver, interfaceName, options }: Pick<NetworkConfig, 'driver' | 'interfaceName' | 'options'>,
  { networks }: CreateFacts,
  failed: Failed,
): void {
  if (driver !== 'ipvlan') return;
  const mode = ipvlanMode(options);
  const other = networks.find(
    (one) => one.driver === driver && one.interfaceName === interfaceName && ipvlanMode(one.options) !== mode,
  );
  if (other === undefined) return;
  throw failed(
    'EOPTION',
    `all ipvlans on "${interfaceName}" have one mode, which is ${ipvlanMode(other.options)} by network "${other.name}"`,
    `pass --opt mode=${ipvlanMode(other.options)}, or use another parent`,
  );
}

function freeName(driver: 'macvlan' | 'ipvlan' | 'bridge', networks: readonly NetworkConfig[]): string {
  for (let number = 1; ; number++) {
    if (!networks.some(({ name }) => name === `${driver}${number}`)) return `${driver}${number}`;
  }
}
