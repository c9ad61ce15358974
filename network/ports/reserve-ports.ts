import { parseAddress, type IpAddress } from '../../abi/ip/address.ts';
import { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_SEQPACKET, SOCK_STREAM } from '../../abi/flags/socket.ts';
import type { Op } from '../../plan/ops.ts';
import type { Endpoint, PortMapping } from '../../spec/network.ts';

/** SCTP's other kind of socket would have to listen to be shut down; nobody is answered by one that only is bound. */
const SOCKETS = {
  tcp: { type: SOCK_STREAM, protocol: 6 },
  udp: { type: SOCK_DGRAM, protocol: 17 },
  sctp: { type: SOCK_SEQPACKET, protocol: 132 },
} as const;

/**
 * The monitor holds a socket at each published port, so that nobody else on the host can: EADDRINUSE is the answer
 * where somebody does. The first socket of SCTP loads its module; a container that is to be reached by SCTP needs it too.
 */
export function reservePorts({ ip, ip6 }: Pick<Endpoint, 'ip' | 'ip6'>, ports: readonly PortMapping[]): Op[] {
  const ops: Op[] = [];
  for (const { protocol, hostIp, hostPort, containerPort } of ports) {
    const because = `-p ${hostPort}:${containerPort}/${protocol}`;
    for (const address of addressesOf(hostIp, ip !== undefined, ip6 !== undefined)) {
      ops.push({
        op: 'reserve_port',
        stage: 'host',
        because,
        domain: address.length === 4 ? AF_INET : AF_INET6,
        ...SOCKETS[protocol],
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
