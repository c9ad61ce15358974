import { AF_INET6 } from '../../abi/flags/socket.ts';
import { formatAddress } from '../../abi/ip/address.ts';
import type { Op } from '../ops.ts';

const PROTOCOLS: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };

/** `8080/tcp` on every address, else `10.0.0.1:8080/tcp`, of a struct sockaddr. */
export function describeSocketAddress({ domain, protocol, address }: Omit<Op<'reserve_port'>, 'op'>): string {
  const v6 = Number(domain) === AF_INET6;
  const view = new DataView(address.buffer, address.byteOffset, address.length);
  const host = v6 ? address.subarray(8, 24) : address.subarray(4, 8);
  const port = `${view.getUint16(2)}/${PROTOCOLS[Number(protocol)] ?? '?'}`;
  return v6 ? `[${formatAddress(host)}]:${port}` : `${formatAddress(host)}:${port}`;
}
