import { decodeAddress, RTM_GETADDR, type InterfaceAddress } from '../../abi/netlink/address.ts';
import { getInterfaceMessage, IFLA, IFLA_INFO_KIND, RTM_GETLINK } from '../../abi/netlink/interface.ts';
import { decodeLink, IFF_UP } from '../../abi/netlink/link.ts';
import { encodeMessages, NLM_F_DUMP, NLM_F_REQUEST, type NetlinkMessage } from '../../abi/netlink/message.ts';
import { decodeAttributes, type NetlinkAttribute } from '../../abi/netlink/attribute.ts';
import { decodeRoute, RTM_GETROUTE, type KernelRoute } from '../../abi/netlink/route.ts';
import { LimpidError } from '../../base/error.ts';
import { describeErrno } from '../../abi/errno.ts';
import { askNetlink, NETLINK_ROUTE } from '../../kernel/netlink.ts';

/** An interface of the network namespace that we are in. */
export interface Interface {
  readonly name: string;
  readonly index: number;
  readonly up: boolean;
  /** `ip link set … alias`; empty where there is none. */
  readonly alias: string;
  readonly kind: string;
  readonly mac: Uint8Array;
  readonly mtu: number;
}

/** One interface by its name; `undefined` where there is none. */
export function readInterface(name: string): Interface | undefined {
  const { messages } = askNetlink(NETLINK_ROUTE, getInterfaceMessage(name));
  return messages?.[0] === undefined ? undefined : decodeInterface(messages[0]);
}

export function listInterfaces(): Interface[] {
  return dump(RTM_GETLINK, 16).map(decodeInterface);
}

export function listAddresses(): InterfaceAddress[] {
  return dump(RTM_GETADDR, 8)
    .map(({ payload }) => decodeAddress(payload))
    .filter((address) => address !== undefined);
}

export function listRoutes(): KernelRoute[] {
  return dump(RTM_GETROUTE, 12).map(({ payload }) => decodeRoute(payload));
}

function decodeInterface({ payload }: NetlinkMessage): Interface {
  const { index, flags, attributes } = decodeLink(payload);
  const info = value(attributes, IFLA.linkInfo);
  // The kernel nests here without saying so.
  const kind = info instanceof Uint8Array ? value(decodeAttributes(info), IFLA_INFO_KIND) : undefined;
  const mac = value(attributes, IFLA.address);
  const mtu = value(attributes, IFLA.mtu);
  return {
    name: text(value(attributes, IFLA.ifname)),
    index,
    up: (flags & IFF_UP) !== 0,
    alias: text(value(attributes, IFLA.ifAlias)),
    kind: text(kind),
    mac: mac instanceof Uint8Array ? mac : new Uint8Array(6),
    mtu: mtu instanceof Uint8Array ? new DataView(mtu.buffer, mtu.byteOffset).getUint32(0, true) : 0,
  };
}

function value(attributes: readonly NetlinkAttribute[], wanted: number) {
  return attributes.find(({ type }) => type === wanted)?.value;
}

function text(bytes: unknown): string {
  if (!(bytes instanceof Uint8Array)) return '';
  const end = bytes.indexOf(0);
  return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** `headerBytes`: the message's own header, all zeros for "every one". */
function dump(type: number, headerBytes: number): readonly NetlinkMessage[] {
  const flags = NLM_F_REQUEST | NLM_F_DUMP;
  const request = encodeMessages([{ type, flags, sequence: 1, port: 0, payload: new Uint8Array(headerBytes) }]);
  const { messages, errno } = askNetlink(NETLINK_ROUTE, request);
  if (messages !== undefined) return messages;
  const { name, meaning } = describeErrno(errno);
  throw new LimpidError({ code: name, doing: 'list', subject: 'the network interfaces', errno: name, why: meaning });
}
