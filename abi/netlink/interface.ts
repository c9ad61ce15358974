import { stringAttribute, u32Attribute, type NetlinkAttribute } from './attribute.ts';
import { encodeLink, IFF_UP, RTM_NEWLINK } from './link.ts';
import { encodeMessages, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST } from './message.ts';

/** linux/if_link.h. */
export const IFLA = {
  address: 1,
  ifname: 3,
  mtu: 4,
  link: 5,
  master: 10,
  linkInfo: 18,
  netNsPid: 19,
  ifAlias: 20,
} as const;
export const IFLA_INFO_KIND = 1;
export const IFLA_INFO_DATA = 2;
export const VETH_INFO_PEER = 1;
export const RTM_DELLINK = 17;
export const RTM_GETLINK = 18;
export const RTM_SETLINK = 19;

/** A request that needs numbers of the kernel's filled in: at these bytes, -1 for none. */
export interface UnfilledMessage {
  readonly message: Uint8Array;
  readonly indexAt: number;
  readonly pidAt: number;
}

const HEADERS = 32;
/** Of struct ifinfomsg, behind struct nlmsghdr. */
const INDEX_IN_HEADER = 20;
const ATTRIBUTE_HEADER = 4;
const NEW = NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL;

export interface Veth {
  /** On the host, where `master` is to be filled in. */
  readonly name: string;
  readonly mtu?: number;
  /** In the network namespace of the process that is to be filled in. */
  readonly peer: { readonly name: string; readonly mac: Uint8Array };
}

/** Both ends of a veth pair in one request: this one up and in a bridge, its peer in another namespace and down. */
export function addVethMessage({ name, mtu, peer }: Veth): UnfilledMessage {
  const sized = mtu === undefined ? [] : [u32Attribute(IFLA.mtu, mtu)];
  const inside = [
    u32Attribute(IFLA.netNsPid, 0),
    stringAttribute(IFLA.ifname, peer.name),
    { type: IFLA.address, value: peer.mac },
    ...sized,
  ];
  const end = encodeLink({ family: 0, deviceType: 0, index: 0, flags: 0, change: 0, attributes: inside });
  const attributes: NetlinkAttribute[] = [
    u32Attribute(IFLA.master, 0),
    linkInfo('veth', [{ type: VETH_INFO_PEER, value: end }]),
    stringAttribute(IFLA.ifname, name),
    ...sized,
  ];
  const indexAt = HEADERS + ATTRIBUTE_HEADER;
  // Behind IFLA_MASTER: linkinfo, kind "veth", data, peer with its struct ifinfomsg.
  const pidAt = indexAt + 4 + ATTRIBUTE_HEADER + 12 + ATTRIBUTE_HEADER + ATTRIBUTE_HEADER + 16 + ATTRIBUTE_HEADER;
  return { message: linkMessage(RTM_NEWLINK, NEW, IFF_UP, attributes), indexAt, pidAt };
}

export interface SubInterface {
  readonly kind: 'macvlan' | 'ipvlan';
  readonly mode: number;
  readonly name: string;
  readonly mac?: Uint8Array;
  readonly mtu?: number;
}

/** IFLA_MACVLAN_MODE and IFLA_IPVLAN_MODE. */
const INFO_MODE = 1;

/** An interface on a parent, which is to be filled in, born in another namespace. */
export function addSubInterfaceMessage({ kind, mode, name, mac, mtu }: SubInterface): UnfilledMessage {
  const modeBytes = kind === 'macvlan' ? u32Attribute(INFO_MODE, mode) : u16Attribute(INFO_MODE, mode);
  const attributes = [
    u32Attribute(IFLA.link, 0),
    u32Attribute(IFLA.netNsPid, 0),
    linkInfo(kind, [modeBytes]),
    stringAttribute(IFLA.ifname, name),
    ...(mac === undefined ? [] : [{ type: IFLA.address, value: mac }]),
    ...(mtu === undefined ? [] : [u32Attribute(IFLA.mtu, mtu)]),
  ];
  const indexAt = HEADERS + ATTRIBUTE_HEADER;
  return { message: linkMessage(RTM_NEWLINK, NEW, 0, attributes), indexAt, pidAt: indexAt + 4 + ATTRIBUTE_HEADER };
}

export interface Bridge {
  readonly name: string;
  readonly mac: Uint8Array;
  readonly mtu?: number;
  /** IEEE 802.1Q: what comes without a tag, as from containers, belongs to this one. */
  readonly vlan?: number;
}

const IFLA_BR_FORWARD_DELAY = 1;
const IFLA_BR_VLAN_FILTERING = 7;
export const IFLA_BR_VLAN_DEFAULT_PVID = 39;

/** A bridge that is up and forwards from its first moment. */
export function addBridgeMessage({ name, mac, mtu, vlan }: Bridge): Uint8Array {
  const data = [u32Attribute(IFLA_BR_FORWARD_DELAY, 0)];
  if (vlan !== undefined) {
    data.push({ type: IFLA_BR_VLAN_FILTERING, value: Uint8Array.of(1) }, u16Attribute(IFLA_BR_VLAN_DEFAULT_PVID, vlan));
  }
  return linkMessage(RTM_NEWLINK, NEW, IFF_UP, [
    linkInfo('bridge', data),
    stringAttribute(IFLA.ifname, name),
    { type: IFLA.address, value: mac },
    ...(mtu === undefined ? [] : [u32Attribute(IFLA.mtu, mtu)]),
  ]);
}

/** Brings an interface up that is known by its name, and notes on it what it is for: `ip link` shows that as "alias". */
export function interfaceUpMessage(name: string, alias?: string): Uint8Array {
  const note = alias === undefined ? [] : [stringAttribute(IFLA.ifAlias, alias)];
  return linkMessage(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, IFF_UP, [stringAttribute(IFLA.ifname, name), ...note]);
}

/** Gives an interface, whose index is to be filled in and which is down, another name. */
export function renameInterfaceMessage(name: string): UnfilledMessage {
  const message = linkMessage(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, 0, [stringAttribute(IFLA.ifname, name)]);
  return { message, indexAt: INDEX_IN_HEADER, pidAt: -1 };
}

/** Puts an interface into a bridge, whose index is to be filled in, and brings it up. */
export function setMasterMessage(name: string): UnfilledMessage {
  const attributes = [u32Attribute(IFLA.master, 0), stringAttribute(IFLA.ifname, name)];
  const message = linkMessage(RTM_NEWLINK, NLM_F_REQUEST | NLM_F_ACK, IFF_UP, attributes);
  return { message, indexAt: HEADERS + ATTRIBUTE_HEADER, pidAt: -1 };
}

export function deleteInterfaceMessage(name: string): Uint8Array {
  return linkMessage(RTM_DELLINK, NLM_F_REQUEST | NLM_F_ACK, 0, [stringAttribute(IFLA.ifname, name)]);
}

/** Asks for one interface; without a name, with NLM_F_DUMP, for all. */
export function getInterfaceMessage(name: string): Uint8Array {
  return linkMessage(RTM_GETLINK, NLM_F_REQUEST, 0, [stringAttribute(IFLA.ifname, name)]);
}

export function linkMessage(
  type: number,
  messageFlags: number,
  flags: number,
  attributes: readonly NetlinkAttribute[],
): Uint8Array {
  const payload = encodeLink({ family: 0, deviceType: 0, index: 0, flags, change: flags, attributes });
  return encodeMessages([{ type, flags: messageFlags, sequence: 1, port: 0, payload }]);
}

function linkInfo(kind: string, data: readonly NetlinkAttribute[]): NetlinkAttribute {
  return {
    type: IFLA.linkInfo,
    value: [stringAttribute(IFLA_INFO_KIND, kind), { type: IFLA_INFO_DATA, value: data }],
  };
}

function u16Attribute(type: number, value: number): NetlinkAttribute {
  return { type, value: Uint8Array.of(value & 255, value >> 8) };
}
