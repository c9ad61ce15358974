import { describe, expect, test } from 'bun:test';
import fc from 'fast-check';
import { cpuWeight, ioWeight } from './weight.ts';

describe('cpuWeight', () => {
  test.each([
    [2, 1],
    [512, 20],
    [1024, 39],
    [2048, 79],
    [262144, 10000],
    [1, 1],
    [10 ** 9, 10000],
  ])('of %i shares is %i', (shares, weight) => expect(cpuWeight(shares)).toBe(weight));

  test('stays in range and never falls', () => {
    fc.assert(
      fc.property(fc.nat(300_000), (shares) => {
        const weight = cpuWeight(shares);
        expect(weight).toBeWithin(1, 10001);
        expect(cpuWeight(shares + 1)).toBeGreaterThanOrEqual(weight);
      }),
    );
  });
});

test.each([
  [10, 1],
  [100, 910],
  [500, 4950],
  [1000, 10000],
])('ioWeight of %i is %i', (weight, converted) => expect(ioWeight(weight)).toBe(converted));
