import { O_WRONLY } from '../abi/flags/open.ts';
import { compareAddresses, parseAddress, type IpAddress } from '../abi/ip/address.ts';
import { parseSubnet } from '../abi/ip/subnet.ts';
import { ADDRESS_INDEX_AT, addAddressMessage } from '../abi/netlink/address.ts';
import { addBridgeMessage, interfaceUpMessage } from '../abi/netlink/interface.ts';
import { LimpidError } from '../base/error.ts';
import { interfaceState, type InterfaceState } from '../kernel/interface-state.ts';
import { statPath } from '../kernel/file-status.ts';
import { readKernelFile } from '../kernel/files.ts';
import type { Op } from '../plan/ops.ts';
import type { NetworkConfig } from '../spec/network.ts';
import { canHaveIpv6 } from './endpoint-ops.ts';

const HOST = { stage: 'host' } as const;
const FORWARD_V4 = '/proc/sys/net/ipv4/ip_forward';
const FORWARD_V6 = '/proc/sys/net/ipv6/conf/all/forwarding';

/** Whether the bridge is ours and up. Throws ETAKEN where another interface has its name. */
export function isBridgeReady(network: NetworkConfig): boolean {
  const found = interfaceState(network.interfaceName);
  if (found === undefined) return false;
  if (isOwnBridge(network, found)) return found.up;
  const { name, interfaceName } = network;
  throw new LimpidError({
    code: 'ETAKEN',
    doing: 'bring up',
    subject: `network "${name}"`,
    why: `its bridge "${interfaceName}" is the name of another interface`,
    hint: `remove or rename that one (\`ip -d link show ${interfaceName}\`), or make the network anew with another --interface-name`,
  });
}

/** By its MAC address, which it has from its first moment. */
export function isOwnBridge(network: Pick<NetworkConfig, 'id'>, found: Pick<InterfaceState, 'mac'>): boolean {
  return compareAddresses(found.mac, bridgeMac(network)) === 0;
}

/** Host stage: the bridge with its addresses, as far as they are not there. */
export function bridgeOps(network: NetworkConfig): Op[] {
  const { name, interfaceName, mtu, vlan } = network;
  const because = `network ${name}`;
  const plain = { op: 'rtnetlink', ...HOST, because, indexAt: -1, pidAt: -1, missingOk: false } as const;
  const ops: Op[] = [
    {
      ...plain,
      existOk: true,
      interface: '',
      message: addBridgeMessage({
        name: interfaceName,
        mac: bridgeMac(network),
        ...(mtu === undefined ? {} : { mtu }),
        ...(vlan === undefined ? {} : { vlan }),
      }),
    },
  ];
  if (statPath(`/proc/sys/net/ipv6`) !== undefined && canHaveIpv6(network))
    ops.push(noRouterAdvertisements(interfaceName, because));
  for (const { subnet, gateway } of network.subnets) {
    if (gateway === undefined) continue;
    const local = { address: parseAddress(gateway)!, prefix: parseSubnet(subnet)!.prefix };
    const message = addAddressMessage(local);
    ops.push({ ...plain, existOk: true, interface: interfaceName, indexAt: ADDRESS_INDEX_AT, message });
  }
  ops.push({
    ...plain,
    existOk: false,
    interface: '',
    message: interfaceUpMessage(interfaceName, `limpid network ${name}`),
  });
  return ops;
}

/** Host stage: this machine passes packets on, where it does not yet; an internal network needs no more than its bridge. */
export function forwardingOps({ name, internal, ipv6, subnets }: NetworkConfig): Op[] {
  if (internal) return [];
  const because = `network ${name}, which reaches the outside through this machine`;
  const ops: Op[] = [];
  const write = (path: string): void => {
    if (readKernelFile(path)?.trim() === '1') return;
    const data = new TextEncoder().encode('1');
    ops.push({ op: 'write', ...HOST, because, at: -1, path, flags: O_WRONLY, data });
  };
  if (subnets.some(({ subnet }) => !subnet.includes(':'))) write(FORWARD_V4);
  if (ipv6) write(FORWARD_V6);
  return ops;
}

/** Otherwise any container could tell this machine, and the others, where their packets are to go. */
function noRouterAdvertisements(interfaceName: string, because: string): Op {
  const path = `/proc/sys/net/ipv6/conf/${interfaceName}/accept_ra`;
  return { op: 'write', ...HOST, because, at: -1, path, flags: O_WRONLY, data: Uint8Array.of(0x30) };
}

/** The same after each reboot, so that neighbours need not learn it anew. */
function bridgeMac({ id }: Pick<NetworkConfig, 'id'>): Uint8Array {
  const mac = new Uint8Array(6);
  mac[0] = 0x02;
  for (let at = 1; at < 6; at++) mac[at] = Number.parseInt(id.slice(2 * at - 2, 2 * at), 16);
  return mac;
}

/** The MAC address of an endpoint nobody chose one for: of its address, so that it is always the same behind that one. */
export function endpointMac(address: IpAddress): Uint8Array {
  return Uint8Array.of(0x02, 0x4c, ...address.subarray(-4));
}
