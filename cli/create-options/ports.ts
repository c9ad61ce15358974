import { concatMap } from '../../base/concat-map.ts';
import type { ContainerConfig } from '../../engine/config.ts';
import { parseAddress } from '../../engine/kernel-words.ts';
import type { PortMapping } from '../../spec/network.ts';
import { optionError } from '../parse/option-error.ts';
import type { CreateRequest } from './request.ts';

type Ports = Pick<ContainerConfig, 'ports' | 'publishAll' | 'exposed'>;
type Protocol = PortMapping['protocol'];

/** What is to be published. Throws EOPTION; whether a port is free is found out by the start. */
export function translatePorts(request: CreateRequest): Ports {
  const { publish, expose, 'publish-all': publishAll } = request.options;
  if (publish.length === 0 && expose.length === 0 && !publishAll) return {};
  if (publish.length > 0 || publishAll) checkMode(request);
  request.because('network.ports', 'publish', 'publish-all');
  const ports = withoutRepeats(concatMap(publish, parsePublished));
  const exposed = concatMap(expose, parseExposed);
  return {
    ...(ports.length > 0 ? { ports } : {}),
    ...(publishAll ? { publishAll } : {}),
    ...(exposed.length > 0 ? { exposed } : {}),
  };
}

function checkMode(request: CreateRequest): void {
  const [mode = ''] = request.options.network;
  const flag = request.flag(request.given('publish') ? 'publish' : 'publish-all');
  if (mode === 'host')
    throw optionError(flag, 'with --network host its ports are the host’s already', `leave ${flag} away`);
  const shares = mode.startsWith('container:') || mode.startsWith('ns:');
  if (shares || mode === 'none')
    throw optionError(
      flag,
      `with --network ${mode} it has no address of its own`,
      'publish where that network is made',
    );
}

/** `[IP:][HOST]:PORT[/PROTOCOL]`, ranges expanded; HOST 0 where any will do. Throws EOPTION. */
export function parsePublished(text: string): PortMapping[] {
  const wrong = (why: string, hint?: string) => optionError(`"${text}" for --publish`, why, hint);
  const { place, protocol } = splitProtocol(text, wrong);
  const { hostIp, host, container } = splitPlace(place, wrong);
  const inside = parseRange(container, wrong);
  const outside = host === '' || host === '0' ? undefined : parseRange(host, wrong);
  if (outside !== undefined && outside.length !== inside.length)
    throw wrong(`the ranges have ${counted(outside.length)} and ${counted(inside.length)}`);
  return inside.map((containerPort, index) => ({ protocol, hostIp, hostPort: outside?.[index] ?? 0, containerPort }));
}

function parseExposed(text: string): { readonly protocol: Protocol; readonly containerPort: number }[] {
  const wrong = (why: string, hint?: string) => optionError(`"${text}" for --expose`, why, hint);
  const { place, protocol } = splitProtocol(text, wrong);
  return parseRange(place, wrong).map((containerPort) => ({ protocol, containerPort }));
}

type Wrong = (why: string, hint?: string) => Error;

function splitProtocol(text: string, wrong: Wrong): { readonly place: string; readonly protocol: Protocol } {
  const slash = text.lastIndexOf('/');
  if (slash < 0) return { place: text, protocol: 'tcp' };
  const protocol = text.slice(slash + 1).toLowerCase();
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp')
    throw wrong(`"${protocol}" is no protocol that has ports`, 'tcp, udp and sctp are');
  return { place: text.slice(0, slash), protocol };
}

function splitPlace(place: string, wrong: Wrong) {
  const bracket = place.startsWith('[') ? place.indexOf(']:') : -1;
  const address = bracket < 0 ? undefined : place.slice(1, bracket);
  const parts = (bracket < 0 ? place : place.slice(bracket + 2)).split(':');
  if (address !== undefined) parts.unshift(address);
  if (parts.length > 3) throw wrong('there are too many colons', 'an IPv6 address goes in brackets: [::1]:80:80');
  const [container = '', host = '', hostIp = ''] = parts.reverse();
  const isWrong = hostIp !== '' && (parseAddress(hostIp) === undefined || hostIp.includes(':') !== bracket > 0);
  if (isWrong) throw wrong(`"${hostIp}" is no address`);
  if (bracket > 0 && parts.length < 3) throw wrong('the port of the container is missing', `as in ${place}:80`);
  return { hostIp, host, container };
}

const PORT_MAX = 65535;

function parseRange(text: string, wrong: Wrong): number[] {
  const dash = text.indexOf('-');
  const first = parsePort(dash < 0 ? text : text.slice(0, dash), wrong);
  const last = dash < 0 ? first : parsePort(text.slice(dash + 1), wrong);
  if (last < first) throw wrong(`the range "${text}" ends before it begins`);
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

function parsePort(text: string, wrong: Wrong): number {
  const port = Number(text);
  if (String(port) !== text || !Number.isInteger(port) || port < 1 || port > PORT_MAX)
    throw wrong(`"${text}" is no port`, `they are numbers from 1 to ${PORT_MAX}`);
  return port;
}

/** The same twice is once, also where one of two is at every address; one port of the host cannot lead to two places. */
function withoutRepeats(ports: readonly PortMapping[]): PortMapping[] {
  const everywhere = new Map<string, PortMapping>();
  for (const port of ports) if (isEverywhere(port) && widest(everywhere, port)) everywhere.set(numberOf(port), port);
  const seen = new Map<string, PortMapping>();
  const kept: PortMapping[] = [];
  for (const port of ports) {
    const place = `${port.hostIp} ${numberOf(port)}`;
    const other = port.hostPort === 0 ? undefined : (everywhere.get(numberOf(port)) ?? seen.get(place));
    if (other === undefined || other === port) kept.push(port);
    else if (other.containerPort !== port.containerPort)
      throw optionError(
        `--publish ${port.hostPort}`,
        `it would lead to ports ${other.containerPort} and ${port.containerPort} of the container at once`,
      );
    seen.set(place, port);
  }
  return kept;
}

function isEverywhere({ hostIp, hostPort }: PortMapping): boolean {
  return hostPort !== 0 && (hostIp === '' || hostIp === '0.0.0.0' || hostIp === '::');
}

/** Whether nobody before it is at as many addresses: without one it is at those of IPv6 as well. */
function widest(everywhere: ReadonlyMap<string, PortMapping>, port: PortMapping): boolean {
  const before = everywhere.get(numberOf(port));
  return (
    before === undefined || (before.containerPort === port.containerPort && port.hostIp === '' && before.hostIp !== '')
  );
}

function numberOf({ hostIp, hostPort, protocol }: PortMapping): string {
  return `${hostIp.includes(':') ? 6 : 4} ${hostPort}/${protocol}`;
}

function counted(length: number): string {
  return length === 1 ? '1 port' : `${length} ports`;
}
