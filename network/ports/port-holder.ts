import { readdirSync, readlinkSync } from 'node:fs';
import { formatAddress, type IpAddress } from '../../abi/ip/address.ts';
import { readKernelFile } from '../../kernel/files.ts';
import type { PortMapping } from '../../spec/network.ts';
import { readPublished } from './published-ports.ts';
import { meets, readSockets } from './sockets.ts';

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
  const sockets = readSockets('/proc/net', wanted.protocol).filter(({ port, address }) => {
    return port === wanted.port && meets(address, wanted.address);
  });
  const listening = sockets.find(({ inode }) => inode !== '0');
  if (listening !== undefined)
    return socketOwner(listening.inode) ?? `a program, at ${formatAddress(listening.address)}`;
  if (sockets.length > 0) return 'what is left of a program’s connections (TIME_WAIT, a minute at most)';
  return undefined;
}

/** The program that has a socket, in words. */
export function socketOwner(inode: string): string | undefined {
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
