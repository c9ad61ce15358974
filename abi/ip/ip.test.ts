import { describe, expect, test } from 'bun:test';
import { isIP } from 'node:net';
import fc from 'fast-check';
import { addressDistance, addressPlus, compareAddresses, formatAddress, parseAddress, sameAddress } from './address.ts';
import { formatMac, isUnicastMac, parseMac } from './mac.ts';
import { containsAddress, formatSubnet, lastAddress, overlaps, parseAddressWithPrefix, parseSubnet } from './subnet.ts';

const v4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 });
const address = fc.oneof(v4, v6);

describe('addresses', () => {
  test('parse∘format = id', () => {
    fc.assert(fc.property(address, (bytes) => expect(parseAddress(formatAddress(bytes))).toEqual(bytes)));
  });

  test('what is read is what Node takes for an address', () => {
    const texts = fc.oneof(fc.ipV4(), fc.ipV6(), fc.stringMatching(/^[0-9a-f:.]{1,20}$/));
    fc.assert(fc.property(texts, (text) => expect(parseAddress(text) !== undefined).toBe(isIP(text) !== 0)));
  });

  test('RFC 5952: the longest run of zeros is short, the first of two, never a single group', () => {
    const shown = (text: string) => formatAddress(parseAddress(text)!);
    expect(shown('2001:DB8:0:0:1:0:0:1')).toBe('2001:db8::1:0:0:1');
    expect(shown('2001:db8:0:1:1:1:1:1')).toBe('2001:db8:0:1:1:1:1:1');
    expect(shown('::')).toBe('::');
    expect(shown('fd00::')).toBe('fd00::');
    expect(shown('::ffff:10.88.0.1')).toBe('::ffff:a58:1');
  });

  test.each([
    '10.88.0.1.2',
    '10.88.0.NaN',
    '10.88.0.256',
    '10.88.0.01',
    '10.88.0. 1',
    '10.88.0.-1',
    '1e1.0.0.1',
    'fd00:::1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1:2:3:4:5:6:7:8::x',
    '1::2::3',
    'fe80::1%eth0',
  ])('%j is none', (text) => expect(parseAddress(text)).toBeUndefined());

  test('plus and distance undo each other', () => {
    fc.assert(
      fc.property(address, fc.nat(2 ** 31 - 1), (from, offset) => {
        const to = addressPlus(from, offset);
        const wrapped = compareAddresses(to, from) < 0;
        if (!wrapped) expect(addressDistance(from, to)).toBe(offset);
        expect(sameAddress(to, from)).toBe(offset === 0);
      }),
    );
    expect(addressPlus(Uint8Array.of(10, 88, 0, 255), 1)).toEqual(Uint8Array.of(10, 88, 1, 0));
  });
});

describe('subnets', () => {
  test('host bits are dropped, or kept', () => {
    expect(formatSubnet(parseSubnet('10.88.7.9/16')!)).toBe('10.88.0.0/16');
    expect(formatSubnet(parseSubnet('fd00::1234/121')!)).toBe('fd00::1200/121');
    expect(formatSubnet(parseAddressWithPrefix('10.88.7.9/16')!)).toBe('10.88.7.9/16');
  });

  test.each(['10.88.0.0', '10.88.0.0/33', '10.88.0.0/', '10.88.0.0/-1', '10.88.0.0/1.5', 'x/8', 'fd00::/129'])(
    '%j is none',
    (text) => expect(parseSubnet(text)).toBeUndefined(),
  );

  test('a block holds its first and its last address, and not the ones around it', () => {
    const subnets = fc.tuple(address, fc.nat(128)).map(([bytes, prefix]) => {
      return parseSubnet(`${formatAddress(bytes)}/${prefix % (bytes.length * 8 + 1)}`)!;
    });
    fc.assert(
      fc.property(subnets, (subnet) => {
        const last = lastAddress(subnet);
        expect(containsAddress(subnet, subnet.address)).toBe(true);
        expect(containsAddress(subnet, last)).toBe(true);
        expect(containsAddress(subnet, addressPlus(last, 1))).toBe(subnet.prefix === 0);
      }),
    );
  });

  test('two overlap when one holds the other', () => {
    const overlap = (one: string, other: string) => overlaps(parseSubnet(one)!, parseSubnet(other)!);
    expect(overlap('10.88.0.0/16', '10.88.3.0/24')).toBe(true);
    expect(overlap('10.88.3.0/24', '10.0.0.0/8')).toBe(true);
    expect(overlap('10.88.0.0/16', '10.89.0.0/16')).toBe(false);
    expect(overlap('0.0.0.0/0', '10.89.0.0/16')).toBe(true);
    expect(overlap('0.0.0.0/0', 'fd00::/64')).toBe(false);
  });
});

test('MAC addresses', () => {
  expect(formatMac(parseMac('02-42-0A-58-00-0f')!)).toBe('02:42:0a:58:00:0f');
  for (const text of ['', '02:42:0a:58:00', '02:42:0a:58:00:0', '02:42:0a:58:00:0g', '02:42:0a:58:00:0f:01'])
    expect(parseMac(text)).toBeUndefined();
  expect(isUnicastMac(parseMac('02:00:00:00:00:00')!)).toBe(true);
  expect(isUnicastMac(parseMac('03:00:00:00:00:00')!)).toBe(false);
  expect(isUnicastMac(parseMac('00:00:00:00:00:00')!)).toBe(false);
});
