import { AF_INET, SOCK_CLOEXEC, SOCK_DGRAM } from '../abi/flags/socket.ts';
import { cString, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';

/** netdevice(7), linux/sockios.h. */
const SIOCGIFFLAGS = 0x8913;
const SIOCGIFHWADDR = 0x8927;
const IFF_UP = 1;
const NAME_BYTES = 16;

export interface InterfaceState {
  readonly up: boolean;
  /** Six bytes, of an Ethernet interface. */
  readonly mac: Uint8Array;
}

/** The little that every start asks of an interface, without a netlink message; `undefined` where there is none. */
export function interfaceState(name: string): InterfaceState | undefined {
  const bytes = cString(name);
  if (bytes.length > NAME_BYTES) return undefined;
  const fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError('create', 'a socket');
  // struct ifreq: the name, then a union, of which flags are the first two bytes; of struct sockaddr the address is behind two.
  const request = new Uint8Array(40);
  request.set(bytes);
  const found = libc.ioctl(fd, SIOCGIFFLAGS, ptr(request)) === 0;
  const up = (request[NAME_BYTES]! & IFF_UP) !== 0;
  const known = found && libc.ioctl(fd, SIOCGIFHWADDR, ptr(request)) === 0;
  libc.close(fd);
  return known ? { up, mac: request.slice(NAME_BYTES + 2, NAME_BYTES + 8) } : undefined;
}
