import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { compileDeviceFilter, DEVICE_ACCESS, DEVICE_TYPE, type DeviceRule } from './compile.ts';
import { decodeEbpf, encodeEbpf } from './instruction.ts';
import { interpretDeviceFilter } from './interpret.ts';

type Access = 'r' | 'w' | 'm';

function allowed(rules: DeviceRule[], type: 'b' | 'c', major: number, minor: number, access: string): boolean {
  const bits = [...access].reduce((sum, letter) => sum | DEVICE_ACCESS[letter as Access], 0);
  const accessType = (bits << 16) | DEVICE_TYPE[type];
  return interpretDeviceFilter(decodeEbpf(compileDeviceFilter(rules)), { accessType, major, minor });
}

const denyAll: DeviceRule = { allow: false, type: 'a', access: 'rwm' };
const nullDevice: DeviceRule = { allow: true, type: 'c', major: 1, minor: 3, access: 'rwm' };

test('the bytes of a filter', () => {
  const words = decodeEbpf(compileDeviceFilter([denyAll, { ...nullDevice, access: 'rw' }])).map(
    ({ code, destination, source, offset, immediate }) => [code, destination, source, offset, immediate],
  );
  expect(words).toEqual([
    [0x61, 2, 1, 0, 0],
    [0x57, 2, 0, 0, 0xffff],
    [0x61, 3, 1, 0, 0],
    [0x77, 3, 0, 0, 16],
    [0x61, 4, 1, 4, 0],
    [0x61, 5, 1, 8, 0],
    [0x55, 2, 0, 6, 2],
    [0x55, 4, 0, 5, 1],
    [0x55, 5, 0, 4, 3],
    [0x57, 3, 0, 0, ~6],
    [0x55, 3, 0, 2, 0],
    [0xb7, 0, 0, 0, 1],
    [0x95, 0, 0, 0, 0],
    [0xb7, 0, 0, 0, 0],
    [0x95, 0, 0, 0, 0],
  ]);
  // struct bpf_insn: code, registers (destination in the low half), s16 offset, s32 immediate
  expect([...compileDeviceFilter([nullDevice]).subarray(6 * 8, 7 * 8)]).toEqual([0x55, 2, 6, 0, 2, 0, 0, 0]);
});

test('decode∘encode = id', () => {
  const instruction = fc.record({
    code: fc.nat(255),
    destination: fc.nat(15),
    source: fc.nat(15),
    offset: fc.integer({ min: -0x8000, max: 0x7fff }),
    immediate: fc.integer(),
  });
  fc.assert(
    fc.property(fc.array(instruction), (program) => {
      expect(decodeEbpf(encodeEbpf(program))).toEqual(program);
    }),
  );
  expect(() => decodeEbpf(new Uint8Array(7))).toThrow(new RangeError('7 bytes are no whole eBPF program'));
});

describe('rules', () => {
  test('no rule allows nothing', () => {
    expect(allowed([], 'c', 1, 3, 'r')).toBe(false);
    expect(allowed([denyAll], 'c', 1, 3, 'r')).toBe(false);
  });

  test('one device', () => {
    expect(allowed([denyAll, nullDevice], 'c', 1, 3, 'rw')).toBe(true);
    expect(allowed([denyAll, nullDevice], 'c', 1, 5, 'r')).toBe(false);
    expect(allowed([denyAll, nullDevice], 'c', 2, 3, 'r')).toBe(false);
    expect(allowed([denyAll, nullDevice], 'b', 1, 3, 'r')).toBe(false);
  });

  test('wildcards, by -1 or absence', () => {
    const mknod: DeviceRule = { allow: true, type: 'c', access: 'm' };
    expect(allowed([denyAll, mknod], 'c', 9, 9, 'm')).toBe(true);
    expect(allowed([denyAll, mknod], 'c', 9, 9, 'rm')).toBe(false);
    expect(allowed([denyAll, mknod], 'b', 9, 9, 'm')).toBe(false);
    const pts: DeviceRule = { allow: true, type: 'c', major: 136, minor: -1 };
    expect(allowed([denyAll, pts], 'c', 136, 77, 'rwm')).toBe(true);
    expect(allowed([{ allow: true, major: 136 }], 'b', 136, 0, 'w')).toBe(true);
  });

  test('the last rule wins, for each kind of access by itself', () => {
    const readOnly: DeviceRule = { allow: false, type: 'c', major: 1, minor: 3, access: 'wm' };
    expect(allowed([nullDevice, readOnly], 'c', 1, 3, 'r')).toBe(true);
    expect(allowed([nullDevice, readOnly], 'c', 1, 3, 'rw')).toBe(false);
    expect(allowed([readOnly, nullDevice], 'c', 1, 3, 'rw')).toBe(true);
    // Two grants together answer an open for reading and writing.
    const [read, write] = ['r', 'w'].map((access) => ({ ...nullDevice, access }));
    expect(allowed([denyAll, read!, write!], 'c', 1, 3, 'rw')).toBe(true);
    expect(allowed([{ allow: true }, { ...denyAll, type: 'b' }], 'b', 8, 0, 'r')).toBe(false);
    expect(allowed([{ allow: true }, { ...denyAll, type: 'b' }], 'c', 8, 0, 'r')).toBe(true);
  });

  test.each([
    [{ allow: true, access: 'rx' }, 'cannot compile device rule "a *:* rx": "x" is none of r, w and m'],
    [{ allow: true, access: 'toString' }, 'cannot compile device rule "a *:* toString": "t" is none of r, w and m'],
    [{ allow: true, major: -2 }, 'cannot compile device rule "a -2:* rwm": -2 is no device number'],
    [
      { allow: true, minor: 2 ** 31 },
      'cannot compile device rule "a *:2147483648 rwm": 2147483648 is no device number',
    ],
    [{ allow: true, type: 'toString' as 'c' }, '"toString" is none of a, b and c'],
    [{ allow: true, type: 'p' as 'c' }, 'cannot compile device rule "p *:* rwm": "p" is none of a, b and c'],
  ])('%j is refused', (rule, message) => {
    expect(() => compileDeviceFilter([rule])).toThrow(message);
  });
});

test('compiled = evaluated, on any rules', () => {
  const number = fc.constantFrom(-1, 0, 1, 5, 136);
  const rule: fc.Arbitrary<DeviceRule> = fc.record(
    {
      allow: fc.boolean(),
      type: fc.constantFrom('a', 'b', 'c'),
      major: number,
      minor: number,
      access: fc.subarray(['r', 'w', 'm']).map((letters) => letters.join('')),
    },
    { requiredKeys: ['allow'] },
  );
  const access = fc.subarray(['r', 'w', 'm'], { minLength: 1 }).map((letters) => letters.join(''));
  const ask = fc.tuple(fc.constantFrom('b', 'c'), fc.nat(6), fc.constantFrom(0, 1, 5, 136), access);
  fc.assert(
    fc.property(fc.array(rule, { maxLength: 8 }), fc.array(ask, { minLength: 20 }), (rules, asked) => {
      for (const one of asked) expect(allowed(rules, ...one)).toBe(evaluate(rules, ...one));
    }),
    { numRuns: 500 },
  );
});

function evaluate(rules: DeviceRule[], type: 'b' | 'c', major: number, minor: number, access: string): boolean {
  return [...access].every((letter) => {
    const last = rules.findLast(
      (rule) =>
        [type, 'a', undefined].includes(rule.type) &&
        [major, -1, undefined].includes(rule.major) &&
        [minor, -1, undefined].includes(rule.minor) &&
        (rule.access || 'rwm').includes(letter),
    );
    return last?.allow ?? false;
  });
}
