import { EAGAIN, EINPROGRESS } from '../abi/errno-numbers.ts';
import {
  AF_INET,
  AF_INET6,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOCK_NONBLOCK,
  SOCK_STREAM,
  SOL_SOCKET,
  SO_REUSEADDR,
} from '../abi/flags/socket.ts';
import type { IpAddress } from '../abi/ip/address.ts';
import { lastErrno, libc, ptr } from './libc.ts';
import { systemError } from './system-error.ts';
import { SYS_ACCEPT4, SYS_BIND, SYS_LISTEN, SYS_RECVFROM, SYS_SENDTO, SYS_SETSOCKOPT } from './syscall-numbers.ts';

const IPPROTO_IP = 0;
const IP_FREEBIND = 15;
const BACKLOG = 128;

/** An address and a port. */
export interface IpPlace {
  readonly address: IpAddress;
  readonly port: number;
}

export type Transport = 'udp' | 'tcp';

/**
 * A socket at an address that this machine may come to have only later (IP_FREEBIND), listening where it is TCP, never
 * blocking. Throws where another socket has the place. The caller closes it.
 */
export function openAt(transport: Transport, place: IpPlace): number {
  const fd = newSocket(transport, place.address);
  const one = new Int32Array([1]);
  libc.syscall(SYS_SETSOCKOPT, fd, IPPROTO_IP, IP_FREEBIND, ptr(one), 4, 0);
  // Connections of a resolver that was killed linger at the same place.
  if (transport === 'tcp') libc.syscall(SYS_SETSOCKOPT, fd, SOL_SOCKET, SO_REUSEADDR, ptr(one), 4, 0);
  const address = socketAddress(place);
  if (Number(libc.syscall(SYS_BIND, fd, ptr(address), address.length, 0, 0, 0)) < 0) fail(fd, 'bind', transport);
  if (transport === 'tcp' && Number(libc.syscall(SYS_LISTEN, fd, BACKLOG, 0, 0, 0, 0)) < 0)
    fail(fd, 'listen on', transport);
  return fd;
}

/** A socket that talks to one place alone; a TCP one is connected once it can be written. */
export function openTo(transport: Transport, place: IpPlace): number {
  const fd = newSocket(transport, place.address);
  const address = socketAddress(place);
  if (libc.connect(fd, ptr(address), address.length) < 0 && lastErrno() !== EINPROGRESS) fail(fd, 'connect', transport);
  return fd;
}

/** The next connection that waits; `undefined` where none does. */
export function acceptFrom(fd: number): { readonly fd: number; readonly from: IpPlace } | undefined {
  const address = new Uint8Array(28);
  const length = new Int32Array([28]);
  const accepted = Number(libc.syscall(SYS_ACCEPT4, fd, ptr(address), ptr(length), SOCK_NONBLOCK | SOCK_CLOEXEC, 0, 0));
  return accepted < 0 ? undefined : { fd: accepted, from: placeOf(address) };
}

export interface Datagram {
  readonly bytes: Uint8Array;
  readonly from: IpPlace;
}

const buffer = new Uint8Array(65535);

/** The next datagram; `undefined` where none waits, or where the last one that was sent met nobody. */
export function receive(fd: number): Datagram | undefined {
  const address = new Uint8Array(28);
  const length = new Int32Array([28]);
  const got = Number(libc.syscall(SYS_RECVFROM, fd, ptr(buffer), buffer.length, 0, ptr(address), ptr(length)));
  return got < 0 ? undefined : { bytes: buffer.slice(0, got), from: placeOf(address) };
}

/** What does not go out is lost, as datagrams are. */
export function send(fd: number, bytes: Uint8Array, to?: IpPlace): void {
  const address = to === undefined ? undefined : socketAddress(to);
  const [at, length] = address === undefined ? [0, 0] : [ptr(address) as number, address.length];
  libc.syscall(SYS_SENDTO, fd, ptr(bytes), bytes.length, 0, at, length);
}

/** What a stream has: bytes, `end` where the other side is done or gone, `undefined` where nothing waits. */
export function readStream(fd: number): Uint8Array | 'end' | undefined {
  const got = Number(libc.read(fd, ptr(buffer), buffer.length));
  if (got > 0) return buffer.slice(0, got);
  return got < 0 && lastErrno() === EAGAIN ? undefined : 'end';
}

/** How much of these bytes a stream took; `end` where it is broken. */
export function writeStream(fd: number, bytes: Uint8Array): number | 'end' {
  const got = Number(libc.syscall(SYS_SENDTO, fd, ptr(bytes), bytes.length, MSG_NOSIGNAL, 0, 0));
  if (got >= 0) return got;
  return lastErrno() === EAGAIN ? 0 : 'end';
}

const MSG_NOSIGNAL = 0x4000;

export const POLL_IN = 1;
export const POLL_OUT = 4;

/** poll(2): the descriptors that are ready, or broken, within `timeoutMs`. */
export function pollSockets(wanted: ReadonlyMap<number, number>, timeoutMs: number): number[] {
  const entries = new DataView(new ArrayBuffer(8 * Math.max(1, wanted.size)));
  let at = 0;
  for (const [fd, events] of wanted) {
    entries.setInt32(at, fd, true);
    entries.setInt16(at + 4, events, true);
    at += 8;
  }
  if (libc.poll(ptr(new Uint8Array(entries.buffer)), wanted.size, timeoutMs) <= 0) return [];
  return [...wanted.keys()].filter((_, index) => entries.getInt16(index * 8 + 6, true) !== 0);
}

function newSocket(transport: Transport, address: IpAddress): number {
  const type = transport === 'udp' ? SOCK_DGRAM : SOCK_STREAM;
  const fd = libc.socket(address.length === 4 ? AF_INET : AF_INET6, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) throw systemError('create', `a ${transport} socket`);
  return fd;
}

function fail(fd: number, doing: string, transport: Transport): never {
  const errno = lastErrno();
  libc.close(fd);
  throw systemError(doing, `a ${transport} socket`, errno);
}

/** struct sockaddr_in, sockaddr_in6. */
function socketAddress({ address, port }: IpPlace): Uint8Array {
  const isV4 = address.length === 4;
  const bytes = new Uint8Array(isV4 ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, isV4 ? AF_INET : AF_INET6, true);
  view.setUint16(2, port);
  bytes.set(address, isV4 ? 4 : 8);
  return bytes;
}

function placeOf(bytes: Uint8Array): IpPlace {
  const view = new DataView(bytes.buffer);
  const isV4 = view.getUint16(0, true) === AF_INET;
  return { port: view.getUint16(2), address: isV4 ? bytes.slice(4, 8) : bytes.slice(8, 24) };
}
