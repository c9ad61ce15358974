import { expect, test } from 'bun:test';
import type { Op } from '../ops.ts';
import { SLOT } from '../slots.ts';
import { traceSlots } from './slots.ts';

test('a user namespace of the plan’s own is known by its maps, as mount(8) takes them', () => {
  const maps = { uidMap: '0 100000 10\n10 5 1\n', gidMap: '0 200000 65536\n' };
  const op: Op = { op: 'user_namespace', stage: 'host', because: '', slot: SLOT.idMaps, ...maps };
  expect(traceSlots([op])[0]?.get(SLOT.idMaps)).toBe('u:0:100000:10 u:10:5:1 g:0:200000:65536');
});
