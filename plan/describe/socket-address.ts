import { AF_INET6, SOCK_STREAM } from '../../abi/flags/socket.ts';
import { formatAddress } from '../../abi/ip/address.ts';
import type { Op } from '../ops.ts';

/** `8080/tcp` on every address, else `10.0.0.1:8080/tcp`, of a struct sockaddr. */
export function describeSocketAddress({ domain, type, address }: Omit<Op<'reserve_port'>, 'op'>): string {
  const v6 = Number(domain) === AF_INET6;
  const view = new DataView(address.buffer, address.byteOffset, address.length);
  const host = v6 ? address.subarray(8, 24) : address.subarray(4, 8);
  const port = `${view.getUint16(2)}/${Number(type) === SOCK_STREAM ? 'tcp' : 'udp'}`;
  return v6 ? `[${formatAddress(host)}]:${port}` : `${formatAddress(host)}:${port}`;
}
