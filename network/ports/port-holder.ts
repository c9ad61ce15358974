import { readdirSync, readlinkSync } from 'node:fs';
import { formatAddress, sameAddress, type IpAddress } from '../../abi/ip/address.ts';
import { readKernelFile } from '../../kernel/files.ts';
import type { PortMapping } from '../../spec/network.ts';
import { readPublished } from './published-ports.ts';

/** A port of the host that somebody is asked for. `address` of all zeros is each of its family. */
export interface HostPort {
  readonly address: IpAddress;
  readonly port: number;
  readonly protocol: PortMapping['protocol'];
}

/** Who has a port, in words: `container "web"`, `"nginx" (process 812)`; `undefined` where nobody seems to. */
export function portHolder(wanted: HostPort): string | undefined {
  const published = readPublished().find(
    ({ host, port, protocol }) => port === wanted.port && protocol === wanted.protocol && meets(host, wanted.address),
  );
  if (published !== undefined) return `container "${published.containerName}"`;
  const sockets = readSockets(wanted.protocol).filter(({ port, address }) => {
    return port === wanted.port && meets(address, wanted.address);
  });
  const listening = sockets.find(({ inode }) => inode !== '0');
  if (listening !== undefined)
    return socketOwner(listening.inode) ?? `a program, at ${formatAddress(listening.address)}`;
  if (sockets.length > 0) return 'what is left of a program’s connections (TIME_WAIT, a minute at most)';
  return undefined;
}

/** Whether a socket at one address is in the way of one at the other. */
function meets(one: IpAddress, other: IpAddress): boolean {
  // `::` of a socket that is not restricted to IPv6 takes IPv4 as well.
  if (isAny(one) && (one.length === 16 || other.length === 4)) return true;
  return one.length === other.length && (isAny(other) || sameAddress(one, other));
}

function isAny(address: IpAddress): boolean {
  return address.every((byte) => byte === 0);
}

interface Socket {
  readonly address: IpAddress;
  readonly port: number;
  /** 0 where no process has it any more. */
  readonly inode: string;
}

/** proc_pid_net(5): the sockets of this network namespace that have a port of ours. */
function readSockets(protocol: PortMapping['protocol']): Socket[] {
  if (protocol === 'sctp') return [];
  const texts = [protocol, `${protocol}6`].map((name) => readKernelFile(`/proc/net/${name}`) ?? '');
  return texts.flatMap((text) => text.split('\n').slice(1)).flatMap(parseSocket);
}

function parseSocket(line: string): Socket[] {
  const [, local = '', , , , , , , , inode = ''] = line.trim().split(/\s+/);
  const [address = '', port = ''] = local.split(':');
  return port === '' ? [] : [{ address: parseHex(address), port: Number.parseInt(port, 16), inode }];
}

/** Words of 32 bits, each as the machine stores it. */
function parseHex(text: string): IpAddress {
  const bytes = Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  for (let at = 0; at < bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  return bytes;
}

function socketOwner(inode: string): string | undefined {
  const link = `socket:[${inode}]`;
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid) || !hasOpen(pid, link)) continue;
    const name = readKernelFile(`/proc/${pid}/comm`)?.trim() ?? '';
    return `"${name}" (process ${pid})`;
  }
  return undefined;
}

function hasOpen(pid: string, link: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === link);
  } catch {
    return false;
  }
}
