import { parseAddress, sameAddress, type IpAddress } from '../../abi/ip/address.ts';
import { AF_INET, AF_INET6 } from '../../abi/flags/socket.ts';
import { boundSocketsRequest, decodeBoundSocket } from '../../abi/netlink/socket-diag.ts';
import { readKernelFile } from '../../kernel/files.ts';
import { askNetlink } from '../../kernel/netlink.ts';
import type { PortMapping } from '../../spec/network.ts';

/** A socket with a port of its own, and no peer where it listens. */
export interface Socket {
  readonly address: IpAddress;
  readonly port: number;
  /** 0 where no process has it any more. */
  readonly inode: string;
  /** It waits for anybody: has no peer. */
  readonly listens: boolean;
}

const TCP_LISTEN = '0A';
const UDP_UNCONNECTED = '07';

/** proc_pid_net(5): the sockets of a network namespace, by its directory: `/proc/net`, `/proc/PID/net`. */
export function readSockets(directory: string, protocol: PortMapping['protocol']): Socket[] {
  if (protocol === 'sctp') return parseSctpEndpoints(readKernelFile(`${directory}/sctp/eps`) ?? '');
  const texts = [protocol, `${protocol}6`].map((name) => readKernelFile(`${directory}/${name}`) ?? '');
  return texts.flatMap((text) => text.split('\n').slice(1)).flatMap(parseSocket);
}

const NETLINK_SOCK_DIAG = 4;
const IPPROTO_TCP = 6;

/**
 * Sockets of TCP in our network namespace that have a port and neither listen nor are connected, as those by which ports are
 * held. Nothing before Linux 6.8.
 */
export function readBoundSockets(): Socket[] {
  return [AF_INET, AF_INET6].flatMap((family) => {
    const { messages = [] } = askNetlink(NETLINK_SOCK_DIAG, boundSocketsRequest(family, IPPROTO_TCP));
    const sockets = messages.map(({ payload }) => decodeBoundSocket(payload)).filter((socket) => socket !== undefined);
    return sockets.map((socket) => ({ ...socket, listens: false }));
  });
}

function parseSocket(line: string): Socket[] {
  const [, local = '', , state = '', , , , , , inode = ''] = line.trim().split(/\s+/);
  const [address = '', port = ''] = local.split(':');
  const listens = state === TCP_LISTEN || state === UDP_UNCONNECTED;
  return port === '' ? [] : [{ address: parseHex(address), port: Number.parseInt(port, 16), inode, listens }];
}

/** Lines of /proc/net/sctp/eps, which are of sockets that listen: the last fields are port, user, inode, addresses. */
function parseSctpEndpoints(text: string): Socket[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, , , , , port = '', , inode = '', ...addresses] = line.trim().split(/\s+/);
      return addresses.flatMap((word): Socket[] => {
        const address = parseAddress(word);
        return address === undefined ? [] : [{ address, port: Number(port), inode, listens: true }];
      });
    });
}

/** Words of 32 bits, each as the machine stores it. */
function parseHex(text: string): IpAddress {
  const bytes = Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  return bytes;
}

/** Whether a socket at one address is in the way of one at the other. */
export function meets(one: IpAddress, other: IpAddress): boolean {
  // `::` of a socket that is not restricted to IPv6 takes IPv4 as well.
  if ((isAny(one) && one.length === 16) || (isAny(other) && other.length === 16)) return true;
  return one.length === other.length && (isAny(one) || isAny(other) || sameAddress(one, other));
}

function isAny(address: IpAddress): boolean {
  return address.every((byte) => byte === 0);
}
