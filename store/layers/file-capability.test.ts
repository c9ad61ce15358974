import { expect, test } from 'bun:test';
import { capabilityInside } from './file-capability.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));
const inside = (id: number) => id - 100_000;
const MASKS = '00200000000000000000000000000000';

test.each([
  // cap_net_raw+ep of the namespace's root, uid 100000 outside: effective flag and masks stay.
  [`01000003${MASKS}a0860100`, `01000002${MASKS}`],
  // Of uid 1000 inside.
  [`01000003${MASKS}888a0100`, `01000003${MASKS}e8030000`],
  // The host's.
  [`01000002${MASKS}`, `01000002${MASKS}`],
  // Of a revision that has no id, whatever its length.
  [`01000002${MASKS}a0860100`, `01000002${MASKS}a0860100`],
  ['00', '00'],
])('%s', (value, expected) => {
  expect(Buffer.from(capabilityInside(bytes(value), inside)).toString('hex')).toBe(expected);
});
