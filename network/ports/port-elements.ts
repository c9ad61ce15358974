import { parseAddress, type IpAddress } from '../../abi/ip/address.ts';
import { containsAddress, parseAddressWithPrefix, parseSubnet } from '../../abi/ip/subnet.ts';
import { concatenate } from '../../abi/nftables/attributes.ts';
import type { PlacedElement } from '../firewall/network-elements.ts';
import type { Endpoint, PortMapping } from '../../spec/network.ts';

const PROTOCOLS = { tcp: 6, udp: 17, sctp: 132 } as const;
const SHORT_ID = 12;

/** What the maps hold because these ports are published to this endpoint. */
export function portElements(endpoint: Endpoint, ports: readonly PortMapping[]): PlacedElement[] {
  const elements: PlacedElement[] = [];
  const comment = `${endpoint.containerId.slice(0, SHORT_ID)} ${endpoint.containerName}`;
  for (const target of targetsOf(endpoint)) {
    for (const port of ports) {
      const host = port.hostIp === '' ? undefined : parseAddress(port.hostIp);
      if (host !== undefined && host.length !== target.address.length) continue;
      elements.push(...elementsOf(port, host, target, comment));
    }
  }
  return elements;
}

/** An address of the container, and the bridge's address on the same subnet, if it has one. */
interface Target {
  readonly address: IpAddress;
  readonly gateway: IpAddress | undefined;
}

function targetsOf({ ip, ip6, network }: Endpoint): Target[] {
  const targets: Target[] = [];
  for (const text of [ip, ip6]) {
    const address = text === undefined ? undefined : parseAddressWithPrefix(text)?.address;
    if (address === undefined) continue;
    const subnet = network.subnets.find((one) => {
      const parsed = parseSubnet(one.subnet);
      return parsed !== undefined && containsAddress(parsed, address);
    });
    targets.push({ address, gateway: subnet?.gateway === undefined ? undefined : parseAddress(subnet.gateway) });
  }
  return targets;
}

function elementsOf(port: PortMapping, host: IpAddress | undefined, target: Target, comment: string): PlacedElement[] {
  const { address, gateway } = target;
  const family = address.length === 4 ? 4 : 6;
  const everywhere = host === undefined || host.every((byte) => byte === 0);
  const service = [Uint8Array.of(PROTOCOLS[port.protocol]), portBytes(port.hostPort)];
  const key = concatenate(everywhere ? service : [host, ...service]);
  const value = concatenate([address, portBytes(port.containerPort)]);
  const published: PlacedElement = {
    set: everywhere ? `published${family}_any` : `published${family}`,
    key,
    value,
    comment,
  };
  if (gateway === undefined || !(everywhere || isLoopback(host))) return [published];
  return [published, { set: everywhere ? `gates${family}_any` : `gates${family}`, key, value: gateway, comment }];
}

function isLoopback(address: IpAddress): boolean {
  return address.length === 4 ? address[0] === 127 : address.every((byte, index) => byte === (index === 15 ? 1 : 0));
}

function portBytes(port: number): Uint8Array {
  return Uint8Array.of(port >> 8, port & 255);
}
