import { O_WRONLY } from '../abi/flags/open.ts';
import { parseAddress, type IpAddress } from '../abi/ip/address.ts';
import { formatMac } from '../abi/ip/mac.ts';
import { parseSubnet } from '../abi/ip/subnet.ts';
import { ADDRESS_INDEX_AT, addAddressMessage } from '../abi/netlink/address.ts';
import { addBridgeMessage, interfaceUpMessage } from '../abi/netlink/interface.ts';
import { LimpidError } from '../base/error.ts';
import { statPath } from '../kernel/file-status.ts';
import { readKernelFile } from '../kernel/files.ts';
import type { Op } from '../plan/ops.ts';
import type { NetworkConfig } from '../spec/network.ts';
import type { Interface } from './host/interfaces.ts';

const HOST = { stage: 'host' } as const;
const FORWARD_V4 = '/proc/sys/net/ipv4/ip_forward';
const FORWARD_V6 = '/proc/sys/net/ipv6/conf/all/forwarding';

/** Whether the bridge is ours and up. Throws ETAKEN where another interface has its name. */
export function isBridgeReady(network: NetworkConfig, found: Interface | undefined): boolean {
  if (found === undefined) return false;
  const { name, interfaceName } = network;
  if (isOwnBridge(network, found)) return found.up;
  throw new LimpidError({
    code: 'ETAKEN',
    doing: 'bring up',
    subject: `network "${name}"`,
    why: `its bridge "${interfaceName}" is the name of another ${found.kind || 'network'} interface`,
    hint: `remove or rename that one (\`ip link show ${interfaceName}\`), or choose another --interface-name`,
  });
}

/** By its MAC address, which it has from its first moment. */
export function isOwnBridge(network: Pick<NetworkConfig, 'id'>, found: Interface): boolean {
  return found.kind === 'bridge' && formatMac(found.mac) === formatMac(bridgeMac(network));
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
  if (statPath(`/proc/sys/net/ipv6`) !== undefined) ops.push(noRouterAdvertisements(interfaceName, because));
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
  const because = `network ${name} reaches the outside through this machine`;
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
  const bytes = [0, 2, 4, 6, 8].map((at) => Number.parseInt(id.slice(at, at + 2), 16));
  return Uint8Array.of(0x02, ...bytes);
}

/** The MAC address of an endpoint nobody chose one for: of its address, so that it is always the same behind that one. */
export function endpointMac(address: IpAddress): Uint8Array {
  return Uint8Array.of(0x02, 0x4c, ...address.subarray(-4));
}
