import { readdirSync, readlinkSync } from 'node:fs';
import { formatAddress, type IpAddress } from '../../abi/ip/address.ts';
import { readKernelFile } from '../../kernel/files.ts';
import type { PortMapping } from '../../spec/network.ts';
import { readPublished } from './published-ports.ts';
import { meets, readBoundSockets, readSockets, type Socket } from './sockets.ts';

/** A port of the host that somebody is asked for. `address` of all zeros is each of its family. */
export interface HostPort {
  readonly address: IpAddress;
  readonly port: number;
  readonly protocol: PortMapping['protocol'];
}

/**
 * Who has a port, in words: `container "web"`, `"nginx" (process 812)`; `undefined` where nobody seems to. `publisher` names
 * the running container that a record says it of: what holds its port may be all that is left of a publication.
 */
export function portHolder(wanted: HostPort, publisher: () => string | undefined): string | undefined {
  const sockets = socketsAt(wanted);
  const owners = sockets.map(({ inode }) => ownerOf(inode)).filter((owner) => owner !== undefined);
  const program = owners.find(({ name }) => name !== MONITOR);
  if (program !== undefined) return inWords(program);
  const container = publisher() ?? publishedName(wanted);
  if (container !== undefined) return `container "${container}"`;
  if (owners[0] !== undefined) return inWords(owners[0]);
  const unknown = sockets.find(({ inode }) => inode !== '0');
  if (unknown !== undefined) return `a program, at ${formatAddress(unknown.address)}`;
  if (sockets.length > 0) return 'what is left of a program’s connections (TIME_WAIT, a minute at most)';
  return undefined;
}

/** What the processes are called that hold containers' ports. */
const MONITOR = 'limpid-monitor';

function socketsAt({ address, port, protocol }: HostPort): Socket[] {
  const all = [...readSockets('/proc/net', protocol), ...(protocol === 'tcp' ? readBoundSockets() : [])];
  return all.filter((socket) => socket.port === port && meets(socket.address, address));
}

function publishedName({ address, port, protocol }: HostPort): string | undefined {
  return readPublished().find((one) => one.port === port && one.protocol === protocol && meets(one.host, address))
    ?.containerName;
}

/** The program that has a socket, in words. */
export function socketOwner(inode: string): string | undefined {
  const owner = ownerOf(inode);
  return owner === undefined ? undefined : inWords(owner);
}

interface Owner {
  readonly pid: string;
  readonly name: string;
}

function inWords({ pid, name }: Owner): string {
  return `"${name}" (process ${pid})`;
}

function ownerOf(inode: string): Owner | undefined {
  if (inode === '0') return undefined;
  const link = `socket:[${inode}]`;
  const pid = readdirSync('/proc').find((name) => /^\d+$/.test(name) && hasOpen(name, link));
  return pid === undefined ? undefined : { pid, name: readKernelFile(`/proc/${pid}/comm`)?.trim() ?? '' };
}

function hasOpen(pid: string, link: string): boolean {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === link);
  } catch {
    return false;
  }
}
