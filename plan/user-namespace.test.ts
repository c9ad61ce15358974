import { expect, test } from 'bun:test';
import { outsideId } from './user-namespace.ts';

const MAPPINGS = [
  { containerID: 0, hostID: 1000, size: 1 },
  { containerID: 1, hostID: 100000, size: 65536 },
];

test.each([
  [0, 1000],
  [1, 100000],
  [65536, 165535],
  [65537, 0],
])('id %i inside is %i outside', (inside, outside) => expect(outsideId(inside, MAPPINGS)).toBe(outside));
