import { formatAddress, type IpAddress } from '../../abi/ip/address.ts';
import { CONTAINER_DOMAIN } from '../names/container-domain.ts';
import { encodeAnswer, encodeName, RCODE, TYPE, type DnsQuery, type DnsRecord } from './message.ts';
import type { Zone, ZoneClient } from './zone.ts';

/** What becomes of a query: an answer of our own, or somebody else's. */
export type Decision = { readonly kind: 'answer'; readonly message: Uint8Array } | { readonly kind: 'forward' };

/** Answers for containers' names and addresses; everything else is for the outside, where the asker may reach that. */
export function decide(query: DnsQuery, zone: Zone, client: ZoneClient, overTcp: boolean): Decision {
  const answer = (rcode: number, records: readonly DnsRecord[] = []): Decision => ({
    kind: 'answer',
    message: encodeAnswer(query, { rcode, records, overTcp }),
  });
  const own = query.isInternet ? ownRecords(query, zone, client) : undefined;
  if (own !== undefined) return answer(RCODE.noError, own);
  if (query.name === CONTAINER_DOMAIN || query.name.endsWith(`.${CONTAINER_DOMAIN}`)) return answer(RCODE.nameError);
  return client.servers.length === 0 ? answer(RCODE.refused) : { kind: 'forward' };
}

/** Whether the query is for a container by its name, or for an address, and none is known. */
export function isMissing(query: DnsQuery, zone: Zone, client: ZoneClient): boolean {
  const { name } = query;
  const isOurs = !name.includes('.') || name.endsWith(`.${CONTAINER_DOMAIN}`) || reversedAddress(name) !== undefined;
  return isOurs && ownRecords(query, zone, client) === undefined;
}

/** Records of a container; none where it has no such address, `undefined` where nothing is called so. */
function ownRecords({ name, type }: DnsQuery, zone: Zone, { networks }: ZoneClient): DnsRecord[] | undefined {
  const reversed = reversedAddress(name);
  if (reversed !== undefined) {
    const found = zone.nameOf(reversed, networks);
    if (found === undefined) return undefined;
    return type === TYPE.PTR || type === TYPE.ANY ? [{ type: TYPE.PTR, data: encodeName(found) }] : [];
  }
  const host = name.endsWith(`.${CONTAINER_DOMAIN}`) ? name.slice(0, -CONTAINER_DOMAIN.length - 1) : name;
  const addresses = zone.addresses(host, networks);
  return addresses?.map(addressRecord).filter((record) => type === TYPE.ANY || record.type === type);
}

function addressRecord(address: IpAddress): DnsRecord {
  return { type: address.length === 4 ? TYPE.A : TYPE.AAAA, data: address };
}

/** The address that `4.3.2.1.in-addr.arpa`, or 32 digits before `ip6.arpa`, is about. */
function reversedAddress(name: string): string | undefined {
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name);
  if (v4 !== null) return v4.slice(1).reverse().join('.');
  const v6 = /^((?:[\da-f]\.){32})ip6\.arpa$/.exec(name);
  if (v6 === null) return undefined;
  return formatAddress(Uint8Array.fromHex(v6[1]!.replaceAll('.', '').split('').reverse().join('')));
}
