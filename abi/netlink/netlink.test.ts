import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import {
  decodeAttributes,
  encodeAttributes,
  netlinkAlign,
  stringAttribute,
  u32Attribute,
  type NetlinkAttribute,
} from './attribute.ts';
import { decodeLink, encodeLink, linkUpMessage } from './link.ts';
import { decodeMessages, encodeMessages, netlinkErrno, type NetlinkMessage } from './message.ts';

const u16 = fc.nat(0xffff);
const u32 = fc.nat(0xffffffff);
const { attribute } = fc.letrec<{ attribute: NetlinkAttribute }>((tie) => ({
  attribute: fc.record({
    type: fc.nat(0x3fff),
    value: fc.oneof(
      { depthSize: 'small' },
      fc.uint8Array({ maxLength: 20 }),
      fc.array(tie('attribute'), { maxLength: 3 }),
    ),
  }),
}));

test('linkUpMessage is what `ip link set lo up` sends', () => {
  expect([...linkUpMessage()]).toEqual([
    // nlmsghdr: length 32, RTM_NEWLINK, REQUEST | ACK, sequence 1, port 0
    32, 0, 0, 0, 16, 0, 5, 0, 1, 0, 0, 0, 0, 0, 0, 0,
    // ifinfomsg: AF_UNSPEC, index 1, flags IFF_UP, change IFF_UP
    0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0,
  ]);
});

describe('attributes', () => {
  test('length, type, value, padding', () => {
    // IFLA_IFNAME "eth0", then IFLA_MTU 1500: a 9-byte attribute is padded, its length is not.
    expect([...encodeAttributes([stringAttribute(3, 'eth0'), u32Attribute(4, 1500)])]).toEqual([
      9, 0, 3, 0, 0x65, 0x74, 0x68, 0x30, 0, 0, 0, 0, 8, 0, 4, 0, 0xdc, 5, 0, 0,
    ]);
  });

  test('nesting is marked', () => {
    const linkInfo: NetlinkAttribute = { type: 18, value: [stringAttribute(1, 'veth')] };
    expect([...encodeAttributes([linkInfo])]).toEqual([
      16, 0, 18, 0x80, 9, 0, 1, 0, 0x76, 0x65, 0x74, 0x68, 0, 0, 0, 0,
    ]);
  });

  test('decode∘encode = id', () => {
    fc.assert(
      fc.property(fc.array(attribute, { maxLength: 4 }), (attributes) => {
        const bytes = encodeAttributes(attributes);
        expect(bytes.length % 4).toBe(0);
        expect(decodeAttributes(bytes)).toEqual(attributes);
      }),
    );
  });

  test('what does not fit is refused', () => {
    expect(() => decodeAttributes(Uint8Array.of(3, 0, 1, 0))).toThrow(new RangeError('no netlink attribute at byte 0'));
    expect(() => decodeAttributes(Uint8Array.of(4, 0, 1, 0, 9, 0, 1, 0))).toThrow(
      new RangeError('no netlink attribute at byte 4'),
    );
    expect(() => encodeAttributes([{ type: 7, value: new Uint8Array(0xfffc) }])).toThrow(
      new RangeError('netlink attribute 7 has 65536 bytes'),
    );
  });
});

describe('messages', () => {
  const message: fc.Arbitrary<NetlinkMessage> = fc.record({
    type: u16,
    flags: u16,
    sequence: u32,
    port: u32,
    payload: fc.uint8Array({ maxLength: 40 }),
  });

  test('decode∘encode = id', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 4 }), (messages) => {
        expect(decodeMessages(encodeMessages(messages))).toEqual(messages);
      }),
    );
  });

  test('links: decode∘encode = id', () => {
    const link = fc.record({
      family: fc.nat(255),
      deviceType: u16,
      index: fc.integer(),
      flags: u32,
      change: u32,
      attributes: fc.array(attribute, { maxLength: 3 }),
    });
    fc.assert(
      fc.property(link, (one) => {
        expect(decodeLink(encodeLink(one))).toEqual(one);
      }),
    );
  });

  test('answers: acknowledged, refused, something else', () => {
    const answer = (...payload: number[]): NetlinkMessage => ({
      type: 2,
      flags: 0,
      sequence: 1,
      port: 0,
      payload: Uint8Array.from(payload),
    });
    expect(netlinkErrno(answer(0, 0, 0, 0))).toBe(0);
    expect(netlinkErrno(answer(0xff, 0xff, 0xff, 0xff))).toBe(1);
    expect(netlinkErrno({ ...answer(0, 0, 0, 0), type: 16 })).toBeUndefined();
  });

  test('a message cut short is refused', () => {
    expect(() => decodeMessages(linkUpMessage().subarray(0, 31))).toThrow(
      new RangeError('no netlink message at byte 0'),
    );
  });
});

test('netlinkAlign', () => {
  expect([0, 1, 3, 4, 5].map(netlinkAlign)).toEqual([0, 4, 4, 4, 8]);
});
