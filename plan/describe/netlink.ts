import { firewallCommands, tellCommands } from './nftables.ts';
import { fingerprint } from './values.ts';

const NETLINK_ROUTE = 0;
const RTM_NEWLINK = 16;
const IFF_UP = 1;
const LOOPBACK_INDEX = 1;

/** What a netlink message says, as far as this file reads it. */
export interface LinkChange {
  readonly index: number;
  readonly up: boolean | undefined;
  /** Whether the message holds more than the change of IFF_UP. */
  readonly more: boolean;
}

/** Reads a lone RTM_NEWLINK: nlmsghdr (16 bytes), ifinfomsg (16), attributes. `undefined` for any other message. */
export function parseLinkChange(protocol: number | bigint, message: Uint8Array): LinkChange | undefined {
  if (Number(protocol) !== NETLINK_ROUTE || message.length < 32) return undefined;
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  if (view.getUint16(4, true) !== RTM_NEWLINK) return undefined;
  const flags = view.getUint32(24, true);
  const change = view.getUint32(28, true);
  const decided = (change & IFF_UP) !== 0 || (flags & IFF_UP) !== 0;
  return {
    index: view.getInt32(20, true),
    up: decided ? (flags & IFF_UP) !== 0 : undefined,
    more: message.length > 32,
  };
}

export function describeNetlink(protocol: number | bigint, message: Uint8Array): string {
  const firewall = firewallCommands(protocol, message);
  if (firewall !== undefined) return tellCommands(firewall);
  const link = parseLinkChange(protocol, message);
  if (link === undefined || link.more || link.up === undefined) {
    return `protocol ${protocol}  message of ${message.length} bytes (fnv ${fingerprint(message)})`;
  }
  return `RTM_NEWLINK  ${linkName(link)} ${link.up ? 'up' : 'down'}`;
}

/** The loopback interface is always the first of its namespace. */
export function linkName({ index }: LinkChange): string {
  return index === LOOPBACK_INDEX ? 'lo' : `index ${index}`;
}
