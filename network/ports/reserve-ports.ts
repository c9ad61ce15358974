import { parseAddress, type IpAddress } from '../../abi/ip/address.ts';
import type { Op } from '../../plan/ops.ts';
import type { Endpoint, PortMapping } from '../../spec/network.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const IPPROTO = { tcp: 6, udp: 17 } as const;

/**
 * The monitor holds a socket at each published port, so that nobody else on the host can: EADDRINUSE is the answer
 * where somebody does. SCTP is left out: its stack is loaded by the first socket, which a host may not want.
 */
export function reservePorts({ ip, ip6 }: Endpoint, ports: readonly PortMapping[]): Op[] {
  const ops: Op[] = [];
  for (const { protocol, hostIp, hostPort, containerPort } of ports) {
    if (protocol === 'sctp') continue;
    const because = `-p ${hostPort}:${containerPort}/${protocol}`;
    for (const address of addressesOf(hostIp, ip !== undefined, ip6 !== undefined)) {
      ops.push({
        op: 'reserve_port',
        stage: 'host',
        because,
        domain: address.length === 4 ? AF_INET : AF_INET6,
        type: protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM,
        protocol: IPPROTO[protocol],
        address: socketAddress(address, hostPort),
      });
    }
  }
  return ops;
}

function addressesOf(hostIp: string, has4: boolean, has6: boolean): IpAddress[] {
  if (hostIp === '') return [...(has4 ? [new Uint8Array(4)] : []), ...(has6 ? [new Uint8Array(16)] : [])];
  const address = parseAddress(hostIp);
  return address === undefined ? [] : [address];
}

/** struct sockaddr_in or sockaddr_in6. */
function socketAddress(address: IpAddress, port: number): Uint8Array {
  const v4 = address.length === 4;
  const bytes = new Uint8Array(v4 ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, v4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  bytes.set(address, v4 ? 4 : 8);
  return bytes;
}

/** Clean-up stage: the ports are free before anybody is told that the container is gone. */
export function releasePorts(): Op {
  return { op: 'release_ports', stage: 'cleanup', because: 'the host has its ports back' };
}
