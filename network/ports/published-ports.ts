import type { IpAddress } from '../../abi/ip/address.ts';
import type { ElementInfo } from '../../abi/nftables/decode.ts';
import { readElements, readOwnTables } from '../firewall/read-ruleset.ts';
import type { SetName } from '../firewall/table.ts';
import type { PortMapping } from '../../spec/network.ts';

/** One element of our maps: where a packet to a port of the host is sent on to. */
export interface PublishedPort {
  readonly table: string;
  readonly map: SetName;
  /** All zeros for every address of the family. */
  readonly host: IpAddress;
  readonly protocol: PortMapping['protocol'];
  readonly port: number;
  readonly address: IpAddress;
  readonly containerPort: number;
  /** The first 12 digits. */
  readonly containerId: string;
  readonly containerName: string;
}

const PROTOCOLS: Readonly<Record<number, PortMapping['protocol']>> = { 6: 'tcp', 17: 'udp', 132: 'sctp' };

/** What the kernel sends on at this moment, in every world on this host. */
export function readPublished(): PublishedPort[] {
  return readOwnTables().flatMap((table) => [
    ...read(table, 'published4', 4, 4),
    ...read(table, 'published4_any', 4, 0),
    ...read(table, 'published6', 16, 16),
    ...read(table, 'published6_any', 16, 0),
  ]);
}

function read(table: string, map: SetName, length: 4 | 16, service: number): PublishedPort[] {
  return readElements(table, map).map((element) => decode({ table, map }, element, length, service));
}

function decode(
  place: Pick<PublishedPort, 'table' | 'map'>,
  { key, value = new Uint8Array(), comment = '' }: ElementInfo,
  length: 4 | 16,
  service: number,
): PublishedPort {
  const space = comment.indexOf(' ');
  return {
    ...place,
    host: service === 0 ? new Uint8Array(length) : key.slice(0, service),
    protocol: PROTOCOLS[key[service]!] ?? 'tcp',
    port: key[service + 4]! * 256 + key[service + 5]!,
    address: value.slice(0, length),
    containerPort: value[length]! * 256 + value[length + 1]!,
    containerId: comment.slice(0, space),
    containerName: comment.slice(space + 1),
  };
}
