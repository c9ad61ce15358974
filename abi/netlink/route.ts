import type { IpAddress } from '../ip/address.ts';
import type { IpSubnet } from '../ip/subnet.ts';
import { familyOf } from './address.ts';
import { decodeAttributes, encodeAttributes, u32Attribute, type NetlinkAttribute } from './attribute.ts';
import { encodeMessages, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST } from './message.ts';

export const RTM_NEWROUTE = 24;
export const RTM_DELROUTE = 25;
export const RTM_GETROUTE = 26;

const RTA_DST = 1;
const RTA_OIF = 4;
const RTA_GATEWAY = 5;
const RTA_PRIORITY = 6;
const RTA_TABLE = 15;
const RTMSG = 12;
const RT_TABLE_MAIN = 254;
const RTPROT_STATIC = 4;
const RT_SCOPE_UNIVERSE = 0;
const RT_SCOPE_LINK = 253;
const RTN_UNICAST = 1;

export interface Route {
  /** Absent for the default route. */
  readonly destination?: IpSubnet;
  readonly gateway?: IpAddress;
  /** The kernel prefers the lower one; absent for 0 of IPv4 and 1024 of IPv6. */
  readonly metric?: number;
}

/** Where these messages have the index of the interface: RTA_OIF comes first. */
export const ROUTE_INDEX_AT = 16 + RTMSG + 4;

/** A route through an interface whose index is to be filled in. `family` decides where nothing else tells it. */
export function addRouteMessage(route: Route, family?: number): Uint8Array {
  return routeMessage(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route, family);
}

export function deleteRouteMessage(route: Route, family?: number): Uint8Array {
  return routeMessage(RTM_DELROUTE, 0, route, family);
}

function routeMessage(
  type: number,
  messageFlags: number,
  { destination, gateway, metric }: Route,
  family: number | undefined,
): Uint8Array {
  const attributes: NetlinkAttribute[] = [u32Attribute(RTA_OIF, 0)];
  if (destination !== undefined) attributes.push({ type: RTA_DST, value: destination.address });
  if (gateway !== undefined) attributes.push({ type: RTA_GATEWAY, value: gateway });
  if (metric !== undefined) attributes.push(u32Attribute(RTA_PRIORITY, metric));
  const encoded = encodeAttributes(attributes);
  const payload = new Uint8Array(RTMSG + encoded.length);
  const scope = gateway === undefined ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE;
  const address = destination?.address ?? gateway;
  const known = family ?? (address === undefined ? 0 : familyOf(address));
  payload.set([known, destination?.prefix ?? 0, 0, 0, RT_TABLE_MAIN, RTPROT_STATIC, scope, RTN_UNICAST]);
  payload.set(encoded, RTMSG);
  return encodeMessages([{ type, flags: NLM_F_REQUEST | NLM_F_ACK | messageFlags, sequence: 1, port: 0, payload }]);
}

export interface KernelRoute extends Route {
  readonly family: number;
  readonly table: number;
  readonly index?: number;
}

/** Decodes the payload of RTM_NEWROUTE. */
export function decodeRoute(payload: Uint8Array): KernelRoute {
  const attributes = decodeAttributes(payload.subarray(RTMSG));
  const bytes = (wanted: number): Uint8Array | undefined => {
    const value = attributes.find(({ type }) => type === wanted)?.value;
    return value instanceof Uint8Array ? value : undefined;
  };
  const number = (wanted: number): number | undefined => {
    const value = bytes(wanted);
    return value === undefined ? undefined : new DataView(value.buffer, value.byteOffset).getUint32(0, true);
  };
  const [destination, gateway, metric] = [bytes(RTA_DST), bytes(RTA_GATEWAY), number(RTA_PRIORITY)];
  const index = number(RTA_OIF);
  return {
    family: payload[0]!,
    table: number(RTA_TABLE) ?? payload[4]!,
    ...(destination === undefined ? {} : { destination: { address: destination, prefix: payload[1]! } }),
    ...(gateway === undefined ? {} : { gateway }),
    ...(metric === undefined ? {} : { metric }),
    ...(index === undefined ? {} : { index }),
  };
}
