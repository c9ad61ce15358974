/** An IP address in network byte order: 4 bytes or 16. */
export type IpAddress = Uint8Array;

/** Reads `10.88.0.2` or `fd00::2`, as inet_pton(3) does; `undefined` for anything else, zones included. */
export function parseAddress(text: string): IpAddress | undefined {
  return text.includes(':') ? parseV6(text) : parseV4(text);
}

function parseV4(text: string): IpAddress | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  const bytes = new Uint8Array(4);
  for (let index = 0; index < 4; index++) {
    const part = parts[index]!;
    const number = Number(part);
    // A leading zero means octal to some readers; number('') and number(' 1') are numbers too.
    if (number > 255 || String(number) !== part || !(number >= 0)) return undefined;
    bytes[index] = number;
  }
  return bytes;
}

const GROUPS = 8;

function parseV6(text: string): IpAddress | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map(parseGroups);
  const [head, tail] = groups;
  if (head === undefined || (halves.length === 2 && tail === undefined)) return undefined;
  const zeros = GROUPS - head.length - (tail?.length ?? 0);
  if (tail === undefined ? zeros !== 0 : zeros < 1) return undefined;
  const all = [...head, ...Array.from({ length: zeros }, () => 0), ...(tail ?? [])];
  const bytes = new Uint8Array(16);
  for (let index = 0; index < GROUPS; index++) {
    bytes[2 * index] = all[index]! >> 8;
    bytes[2 * index + 1] = all[index]! & 255;
  }
  return bytes;
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index]!;
    if (part.includes('.') && index === parts.length - 1) {
      const v4 = parseV4(part);
      if (v4 === undefined) return undefined;
      groups.push(v4[0]! * 256 + v4[1]!, v4[2]! * 256 + v4[3]!);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

/** The address as RFC 5952 writes it. */
export function formatAddress(address: IpAddress): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: GROUPS }, (_, index) => address[2 * index]! * 256 + address[2 * index + 1]!);
  const words = groups.map((group) => group.toString(16));
  const { start, length } = longestZeros(groups);
  if (length < 2) return words.join(':');
  return `${words.slice(0, start).join(':')}::${words.slice(start + length).join(':')}`;
}

function longestZeros(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 };
  for (let start = 0; start < GROUPS; start++) {
    let length = 0;
    while (groups[start + length] === 0) length++;
    if (length > best.length) best = { start, length };
  }
  return best;
}

export function sameAddress(one: IpAddress, other: IpAddress): boolean {
  return compareAddresses(one, other) === 0;
}

/** Below 0, 0 or above, for a sort; an IPv4 address comes before any of IPv6. */
export function compareAddresses(one: IpAddress, other: IpAddress): number {
  if (one.length !== other.length) return one.length - other.length;
  for (let index = 0; index < one.length; index++) {
    if (one[index] !== other[index]) return one[index]! - other[index]!;
  }
  return 0;
}

/** The address so far behind this one; `offset` below 2^32. It wraps at the end of all addresses. */
export function addressPlus(address: IpAddress, offset: number): IpAddress {
  const sum = address.slice();
  let carry = offset;
  for (let index = sum.length - 1; index >= 0 && carry !== 0; index--) {
    const value = sum[index]! + (carry % 256);
    sum[index] = value & 255;
    carry = Math.floor(carry / 256) + (value > 255 ? 1 : 0);
  }
  return sum;
}

/** How far `address` is behind `from`; Infinity from 2^48 on, negative where it is before. */
export function addressDistance(from: IpAddress, address: IpAddress): number {
  let distance = 0;
  for (let index = 0; index < from.length; index++) {
    distance = distance * 256 + (address[index]! - from[index]!);
    if (Math.abs(distance) >= 2 ** 48) return distance < 0 ? -Infinity : Infinity;
  }
  return distance;
}
