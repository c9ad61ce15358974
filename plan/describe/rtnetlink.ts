import { formatAddress } from '../../abi/ip/address.ts';
import { formatMac } from '../../abi/ip/mac.ts';
import { formatSubnet } from '../../abi/ip/subnet.ts';
import { AF_INET6, decodeAddress, RTM_DELADDR, RTM_NEWADDR } from '../../abi/netlink/address.ts';
import { decodeAttributes, type NetlinkAttribute } from '../../abi/netlink/attribute.ts';
import {
  IFLA,
  IFLA_BR_VLAN_DEFAULT_PVID,
  IFLA_INFO_DATA,
  IFLA_INFO_KIND,
  RTM_DELLINK,
  RTM_SETLINK,
  VETH_INFO_PEER,
} from '../../abi/netlink/interface.ts';
import { decodeLink, IFF_UP, RTM_NEWLINK, type LinkMessage } from '../../abi/netlink/link.ts';
import { decodeMessages, NLM_F_CREATE, type NetlinkMessage } from '../../abi/netlink/message.ts';
import { RTM_NEWNEIGH } from '../../abi/netlink/neighbour.ts';
import { decodeRoute, RTM_DELROUTE, RTM_NEWROUTE } from '../../abi/netlink/route.ts';
import type { Op } from '../ops.ts';

const AF_BRIDGE = 7;

/**
 * The words of the command of iproute2, `ip` or `bridge`, that asks the kernel for the same as an `rtnetlink`
 * operation. `pid` stands for the child. `undefined` for a request that none of them makes.
 */
export function ipWords({ message, interface: name }: Op<'rtnetlink'>, pid: string): readonly string[] | undefined {
  const [request, ...more] = decodeMessages(message);
  if (request === undefined || more.length > 0) return undefined;
  switch (request.type) {
    case RTM_SETLINK:
      return decodeLink(request.payload).family === AF_BRIDGE
        ? ['bridge', 'link', 'set', 'dev', name, 'hairpin', 'on']
        : moveWords(decodeLink(request.payload), name, pid);
    case RTM_NEWLINK:
      return (request.flags & NLM_F_CREATE) === 0
        ? setWords(request, name)
        : addWords(decodeLink(request.payload), name, pid);
    case RTM_DELLINK:
      return ['ip', 'link', 'delete', linkName(decodeLink(request.payload))];
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return addressWords(request, name);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
      return routeWords(request, name);
    case RTM_NEWNEIGH:
      return ['bridge', 'fdb', 'replace', macIn(request.payload.subarray(12)), 'dev', name, 'master', 'static'];
    default:
      return undefined;
  }
}

/** The kind of interface that a request makes: `veth`, `bridge`. */
export function addedKind({ message }: Op<'rtnetlink'>): string | undefined {
  const [request] = decodeMessages(message);
  if (request?.type !== RTM_NEWLINK || (request.flags & NLM_F_CREATE) === 0) return undefined;
  return kindOf(decodeLink(request.payload)).kind;
}

function moveWords({ attributes }: LinkMessage, name: string, pid: string): readonly string[] {
  const newName = find(attributes, IFLA.ifname);
  return ['ip', 'link', 'set', name, 'netns', pid, ...(newName === undefined ? [] : ['name', textIn(newName)])];
}

function setWords({ payload }: NetlinkMessage, related: string): readonly string[] {
  const link = decodeLink(payload);
  const alias = find(link.attributes, IFLA.ifAlias);
  const state = link.change === 0 ? [] : [(link.flags & IFF_UP) === 0 ? 'down' : 'up'];
  const master = find(link.attributes, IFLA.master) === undefined ? [] : ['master', related];
  if (related !== '' && master.length === 0) return ['ip', 'link', 'set', related, 'name', linkName(link)];
  return [
    'ip',
    'link',
    'set',
    linkName(link),
    ...master,
    ...state,
    ...(alias === undefined ? [] : ['alias', textIn(alias)]),
  ];
}

function addWords(link: LinkMessage, related: string, pid: string): readonly string[] {
  const { kind, data } = kindOf(link);
  const up = (link.flags & IFF_UP) === 0 ? [] : ['up'];
  const master = find(link.attributes, IFLA.master) === undefined ? [] : ['master', related];
  const parent = find(link.attributes, IFLA.link) === undefined ? [] : ['link', related];
  return [
    ...['ip', 'link', 'add', ...parent, 'name', linkName(link), ...linkOptions(link, pid), ...master, ...up],
    ...['type', kind, ...kindWords(kind, data, pid)],
  ];
}

function linkOptions({ attributes }: LinkMessage, pid: string): readonly string[] {
  const [mac, mtu] = [find(attributes, IFLA.address), find(attributes, IFLA.mtu)];
  return [
    ...(mac === undefined ? [] : ['address', formatMac(mac)]),
    ...(mtu === undefined ? [] : ['mtu', String(numberIn(mtu))]),
    ...(find(attributes, IFLA.netNsPid) === undefined ? [] : ['netns', pid]),
  ];
}

const MACVLAN_MODES: Readonly<Record<number, string>> = { 1: 'private', 2: 'vepa', 4: 'bridge', 8: 'passthru' };
const IPVLAN_MODES: Readonly<Record<number, string>> = { 0: 'l2', 1: 'l3', 2: 'l3s' };

function kindWords(kind: string, attributes: readonly NetlinkAttribute[], pid: string): readonly string[] {
  const first = find(attributes, 1);
  if (kind === 'veth' && first !== undefined) {
    const peer = decodeLink(find(attributes, VETH_INFO_PEER)!);
    return ['peer', 'name', linkName(peer), ...linkOptions(peer, pid)];
  }
  if (kind === 'bridge') return ['forward_delay', '0', ...vlanWords(find(attributes, IFLA_BR_VLAN_DEFAULT_PVID))];
  if (kind === 'macvlan') return ['mode', MACVLAN_MODES[numberIn(first!)] ?? '?'];
  return kind === 'ipvlan' ? ['mode', IPVLAN_MODES[first![0]!] ?? '?'] : [];
}

function vlanWords(pvid: Uint8Array | undefined): readonly string[] {
  return pvid === undefined ? [] : ['vlan_filtering', '1', 'vlan_default_pvid', String(pvid[0]! + 256 * pvid[1]!)];
}

function kindOf(link: LinkMessage): { readonly kind: string; readonly data: readonly NetlinkAttribute[] } {
  const info = nested(link.attributes, IFLA.linkInfo);
  const kind = find(info, IFLA_INFO_KIND);
  return { kind: kind === undefined ? '' : textIn(kind), data: nested(info, IFLA_INFO_DATA) };
}

function addressWords({ type, payload }: NetlinkMessage, name: string): readonly string[] {
  const { local } = decodeAddress(payload)!;
  const options = local.address.length === 4 ? (local.prefix < 31 ? ['broadcast', '+'] : []) : ['nodad'];
  return type === RTM_DELADDR
    ? ['ip', 'address', 'delete', formatSubnet(local), 'dev', name]
    : ['ip', 'address', 'add', formatSubnet(local), ...options, 'dev', name];
}

function routeWords({ type, payload }: NetlinkMessage, name: string): readonly string[] {
  const { family, destination, gateway, metric } = decodeRoute(payload);
  return [
    ...['ip', ...(family === AF_INET6 ? ['-6'] : []), 'route', type === RTM_DELROUTE ? 'delete' : 'add'],
    destination === undefined ? 'default' : formatSubnet(destination),
    ...(gateway === undefined ? [] : ['via', formatAddress(gateway)]),
    ...['dev', name, 'proto', 'static'],
    ...(metric === undefined ? [] : ['metric', String(metric)]),
  ];
}

function linkName({ index, attributes }: LinkMessage): string {
  const name = find(attributes, IFLA.ifname);
  return name === undefined ? `index ${index}` : textIn(name);
}

function find(attributes: readonly NetlinkAttribute[], wanted: number): Uint8Array | undefined {
  const value = attributes.find(({ type }) => type === wanted)?.value;
  return value instanceof Uint8Array ? value : undefined;
}

function nested(attributes: readonly NetlinkAttribute[], wanted: number): readonly NetlinkAttribute[] {
  const value = attributes.find(({ type }) => type === wanted)?.value;
  return value === undefined || value instanceof Uint8Array ? [] : value;
}

function macIn(attributes: Uint8Array): string {
  return formatMac(find(decodeAttributes(attributes), 2) ?? new Uint8Array());
}

function numberIn(value: Uint8Array): number {
  return new DataView(value.buffer, value.byteOffset).getUint32(0, true);
}

function textIn(value: Uint8Array): string {
  return new TextDecoder().decode(value.subarray(0, value.indexOf(0)));
}
