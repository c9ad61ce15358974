import type { IpAddress } from '../ip/address.ts';
import { lastAddress, type IpSubnet } from '../ip/subnet.ts';
import { decodeAttributes, encodeAttributes, u32Attribute, type NetlinkAttribute } from './attribute.ts';
import { encodeMessages, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST } from './message.ts';

export const RTM_NEWADDR = 20;
export const RTM_DELADDR = 21;
export const RTM_GETADDR = 22;
export const AF_INET = 2;
export const AF_INET6 = 10;

const IFA_ADDRESS = 1;
const IFA_LOCAL = 2;
const IFA_BROADCAST = 4;
const IFA_FLAGS = 8;
const IFA_F_NODAD = 0x02;
const IFADDRMSG = 8;

export function familyOf(address: IpAddress): number {
  return address.length === 4 ? AF_INET : AF_INET6;
}

/** Where struct ifaddrmsg has the index of the interface. */
export const ADDRESS_INDEX_AT = 16 + 4;

/**
 * Gives an interface, whose index is to be filled in, an address. One of IPv6 is used at once: nobody is asked first
 * whether it is taken, which would be a second.
 */
export function addAddressMessage(local: IpSubnet): Uint8Array {
  return addressMessage(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, local);
}

export function deleteAddressMessage(local: IpSubnet): Uint8Array {
  return addressMessage(RTM_DELADDR, 0, local);
}

function addressMessage(type: number, messageFlags: number, { address, prefix }: IpSubnet): Uint8Array {
  const isV4 = address.length === 4;
  const attributes: NetlinkAttribute[] = [
    { type: IFA_LOCAL, value: address },
    { type: IFA_ADDRESS, value: address },
  ];
  // Of two addresses there is none left for broadcasts.
  if (isV4 && prefix < 31) attributes.push({ type: IFA_BROADCAST, value: lastAddress({ address, prefix }) });
  if (!isV4) attributes.push(u32Attribute(IFA_FLAGS, IFA_F_NODAD));
  const encoded = encodeAttributes(attributes);
  const payload = new Uint8Array(IFADDRMSG + encoded.length);
  payload[0] = familyOf(address);
  payload[1] = prefix;
  payload.set(encoded, IFADDRMSG);
  return encodeMessages([{ type, flags: NLM_F_REQUEST | NLM_F_ACK | messageFlags, sequence: 1, port: 0, payload }]);
}

export interface InterfaceAddress {
  readonly index: number;
  readonly local: IpSubnet;
}

/** Decodes the payload of RTM_NEWADDR; `undefined` for other families than IP. */
export function decodeAddress(payload: Uint8Array): InterfaceAddress | undefined {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.length);
  const attributes = decodeAttributes(payload.subarray(IFADDRMSG));
  const value = (wanted: number) => attributes.find(({ type }) => type === wanted)?.value;
  // Of a point-to-point link IFA_ADDRESS is the other end; IPv6 leaves IFA_LOCAL out otherwise.
  const address = value(IFA_LOCAL) ?? value(IFA_ADDRESS);
  if (!(address instanceof Uint8Array) || (payload[0] !== AF_INET && payload[0] !== AF_INET6)) return undefined;
  return { index: view.getInt32(4, true), local: { address, prefix: payload[1]! } };
}
