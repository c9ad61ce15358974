import { parseMac } from '../abi/ip/mac.ts';
import { addSubInterfaceMessage, renameInterfaceMessage } from '../abi/netlink/interface.ts';
import { statPath } from '../kernel/file-status.ts';
import type { Endpoint, NetworkConfig } from '../spec/network.ts';
import { insideOps, rtnetlink, type EndpointOps, type EndpointOptions } from './endpoint-ops.ts';

/** Modes by their numbers in linux/if_link.h; the first one is podman's default. */
export const MACVLAN_MODES: Readonly<Record<string, number>> = { bridge: 4, private: 1, vepa: 2, passthru: 8 };
export const IPVLAN_MODES: Readonly<Record<string, number>> = { l2: 0, l3: 1, l3s: 2 };

/** An interface of the container's own on one of the host's, which stays outside of the host's firewall. */
export function subInterfaceEndpointOps(endpoint: Endpoint, options: EndpointOptions): EndpointOps {
  const { network, hostInterface: name, interfaceName, mac } = endpoint;
  const { mtu, interfaceName: parent } = network;
  const kind = network.driver === 'ipvlan' ? 'ipvlan' : 'macvlan';
  const message = addSubInterfaceMessage({
    kind,
    mode: modeNumber(network),
    name,
    // An ipvlan has its parent's.
    ...(kind === 'macvlan' ? { mac: parseMac(mac)! } : {}),
    ...(mtu === undefined ? {} : { mtu }),
  });
  // Before Linux 6.13 a name is refused that the host has as well, though it is for another namespace.
  const renamed = rtnetlink('child', options.because, renameInterfaceMessage(interfaceName), name);
  return {
    host: [rtnetlink('host', options.because, message, parent)],
    // With an MTU that is too small for IPv6 the parent has none either.
    child: [renamed, ...insideOps(endpoint, { ...options, hasIpv6: options.hasIpv6 && hasIpv6(parent) })],
  };
}

function hasIpv6(parent: string): boolean {
  return statPath(`/proc/sys/net/ipv6/conf/${parent}`) !== undefined;
}

export function ipvlanMode({ mode = 'l2' }: NetworkConfig['options']): string {
  return mode;
}

function modeNumber({ driver, options }: NetworkConfig): number {
  return driver === 'ipvlan' ? IPVLAN_MODES[ipvlanMode(options)]! : MACVLAN_MODES[options['mode'] ?? 'bridge']!;
}
