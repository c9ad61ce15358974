import { AF_INET, AF_INET6, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_STREAM } from '../abi/flags/socket.ts';
import { libc, ptr } from './libc.ts';
import { SYS_BIND, SYS_GETSOCKNAME } from './syscall-numbers.ts';

const SOCKADDR_IN6 = 28;

/**
 * A port that nobody has at this moment at an address of 4 or 16 bytes; all of 16 zeros stands for every address of the
 * host, IPv4 too. The kernel chooses, or says whether `wanted` is free. `undefined`: none is.
 */
export function freePort(protocol: 'tcp' | 'udp', address: Uint8Array, wanted = 0): number | undefined {
  const v6 = address.length === 16;
  const type = protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM;
  const fd = libc.socket(v6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    const everywhere = v6 && address.every((byte) => byte === 0);
    return everywhere ? freePort(protocol, new Uint8Array(4), wanted) : undefined;
  }
  try {
    const name = new Uint8Array(SOCKADDR_IN6);
    const view = new DataView(name.buffer);
    view.setUint16(0, v6 ? AF_INET6 : AF_INET, true);
    view.setUint16(2, wanted);
    name.set(address, v6 ? 8 : 4);
    if (Number(libc.syscall(SYS_BIND, fd, ptr(name), v6 ? SOCKADDR_IN6 : 16, 0, 0, 0)) !== 0) return undefined;
    const size = Int32Array.of(SOCKADDR_IN6);
    if (Number(libc.syscall(SYS_GETSOCKNAME, fd, ptr(name), ptr(size), 0, 0, 0)) !== 0) return undefined;
    return view.getUint16(2);
  } finally {
    libc.close(fd);
  }
}
