import { ECONNREFUSED, ENOENT } from '../abi/errno-numbers.ts';
import { AF_UNIX, SOCK_CLOEXEC, SOCK_DGRAM, SOCK_NONBLOCK, SOCK_STREAM } from '../abi/flags/socket.ts';
import { O_CLOEXEC, O_PATH } from '../abi/flags/open.ts';
import { cString, lastErrno, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';
import { SYS_BIND, SYS_LISTEN } from './syscall-numbers.ts';

/** sun_path's length, less its NUL: unix(7). */
const PATH_LIMIT = 107;

/** Connects to a stream socket; `undefined` where nobody listens. The caller closes the descriptor. */
export function connectUnix(path: string): number | undefined {
  const fd = libc.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError('create', 'a socket');
  const { address, directoryFd } = socketAddress(path);
  const answer = libc.connect(fd, ptr(address), address.length);
  const errno = answer < 0 ? lastErrno() : 0;
  if (directoryFd >= 0) libc.close(directoryFd);
  if (errno === 0) return fd;
  libc.close(fd);
  if (errno === ENOENT || errno === ECONNREFUSED) return undefined;
  throw systemError('connect to', path, errno);
}

/** A listening stream socket at a new path; its directory decides who may connect. The caller closes the descriptor. */
export function listenUnix(path: string): number {
  const fd = libc.socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError('create', 'a socket');
  const { address, directoryFd } = socketAddress(path);
  const bound = Number(libc.syscall(SYS_BIND, fd, ptr(address), address.length, 0, 0, 0));
  const errno = bound < 0 ? lastErrno() : 0;
  if (directoryFd >= 0) libc.close(directoryFd);
  if (errno !== 0) throw systemError('create', path, errno);
  if (Number(libc.syscall(SYS_LISTEN, fd, 1, 0, 0, 0, 0)) < 0) throw systemError('listen at', path);
  return fd;
}

/** A datagram socket at a new path, never blocking: who sends to it wakes us. The caller closes the descriptor. */
export function listenDatagrams(path: string): number {
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError('create', 'a socket');
  const { address, directoryFd } = socketAddress(path);
  const bound = Number(libc.syscall(SYS_BIND, fd, ptr(address), address.length, 0, 0, 0));
  const errno = bound < 0 ? lastErrno() : 0;
  if (directoryFd >= 0) libc.close(directoryFd);
  if (errno !== 0) throw systemError('create', path, errno);
  return fd;
}

/** Sends one byte to a datagram socket; false where nobody has it. */
export function wakeAt(path: string): boolean {
  const fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError('create', 'a socket');
  const { address, directoryFd } = socketAddress(path);
  const woken = libc.connect(fd, ptr(address), address.length) === 0 && Number(libc.write(fd, ptr(address), 1)) === 1;
  if (directoryFd >= 0) libc.close(directoryFd);
  libc.close(fd);
  return woken;
}

/** struct sockaddr_un. A path that is too long for it goes through a descriptor of its directory. */
function socketAddress(path: string): { address: Uint8Array; directoryFd: number } {
  let directoryFd = -1;
  let shortPath = path;
  if (new TextEncoder().encode(path).length > PATH_LIMIT) {
    const slash = path.lastIndexOf('/');
    directoryFd = libc.open(ptr(cString(path.slice(0, slash))), O_PATH | O_CLOEXEC, 0);
    shortPath = `/proc/self/fd/${directoryFd}${path.slice(slash)}`;
  }
  const name = cString(shortPath);
  const address = new Uint8Array(2 + name.length);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(name, 2);
  return { address, directoryFd };
}
