import { expect, test } from 'bun:test';
import type { Resources } from '../spec/runtime.ts';
import { HYBRID, V2 } from '../tests/golden/facts.ts';
import type { HostFacts } from './facts.ts';
import { planUpdate } from './update.ts';

const MIB = 2 ** 20;

/** What is written, in its order: the file's name and the value. */
function written(facts: HostFacts, before: Resources, asked: Resources, memorySwapBytes = 0): string[] {
  const after: Resources = {
    ...before,
    ...asked,
    memory: { ...before.memory, ...asked.memory },
    cpu: { ...before.cpu, ...asked.cpu },
  };
  const plan = planUpdate({ before, asked, after }, { id: 'x', cgroupsPath: '/up/x', memorySwapBytes }, facts);
  return plan
    .filter((op) => !('path' in op && op.path.endsWith('/cgroup.subtree_control')))
    .map((op) => (op.op === 'write' ? `${op.path.split('/').at(-1)} ${new TextDecoder().decode(op.data)}` : op.op));
}

test('what nobody asks for is left as it is', () => {
  const before = { memory: { limit: 64 * MIB }, cpu: { shares: 300, idle: 1 }, pids: { limit: 7 } };
  expect(written(HYBRID, before, { pids: { limit: 9 } })).toEqual(['pids.max 9']);
  expect(written(V2, before, { pids: { limit: 9 } })).toEqual(['pids.max 9']);
  expect(written(HYBRID, before, {})).toEqual([]);
});

test('what is asked is written, though it is the same', () => {
  expect(written(V2, { pids: { limit: 9 } }, { pids: { limit: 9 } })).toEqual(['pids.max 9']);
});

test('what follows from it is written, too', () => {
  const before = { memory: { limit: 64 * MIB, swap: 96 * MIB }, cpu: { quota: 20_000 } };
  expect(written(V2, before, { memory: { limit: 32 * MIB } })).toEqual([
    `memory.swap.max ${64 * MIB}`,
    `memory.max ${32 * MIB}`,
  ]);
  expect(written(HYBRID, before, { memory: { limit: 32 * MIB } }, 96 * MIB)).toEqual([
    `memory.limit_in_bytes ${32 * MIB}`,
  ]);
  expect(written(V2, before, { cpu: { period: 50_000 } })).toEqual(['cpu.max 20000 50000']);
});

test('memory with swap grows before memory does, and shrinks behind it', () => {
  const both = (limit: number) => ({ memory: { limit: limit * MIB, swap: 2 * limit * MIB } });
  const [limit, swap] = [`memory.limit_in_bytes ${64 * MIB}`, `memory.memsw.limit_in_bytes ${128 * MIB}`];
  expect(written(HYBRID, both(32), both(64), 64 * MIB)).toEqual([swap, limit]);
  expect(written(HYBRID, both(128), both(64), 256 * MIB)).toEqual([limit, swap]);
});

test('who is idle has no shares, and gets them back before', () => {
  const before = { cpu: { shares: 300, idle: 1 } };
  expect(written(HYBRID, before, { cpu: { idle: 0 } })).toEqual(['cpu.idle 0', 'cpu.shares 300']);
  expect(written(HYBRID, before, { cpu: { idle: 0, shares: 400 } })).toEqual(['cpu.idle 0', 'cpu.shares 400']);
  expect(written(V2, before, { cpu: { idle: 0 } })).toEqual(['cpu.idle 0', 'cpu.weight 12']);
  expect(written(HYBRID, { cpu: { shares: 300 } }, { cpu: { idle: 1, shares: 500 } })).toEqual([
    'cpu.shares 500',
    'cpu.idle 1',
  ]);
});

test('-1 lifts a limit', () => {
  const before = { memory: { limit: 64 * MIB }, cpu: { quota: 20_000 }, pids: { limit: 7 } };
  const asked = { memory: { limit: -1, swap: -1 }, cpu: { quota: -1 }, pids: { limit: -1 } };
  expect(written(HYBRID, before, asked)).toEqual([
    'cpu.cfs_quota_us -1',
    'memory.memsw.limit_in_bytes -1',
    'memory.limit_in_bytes -1',
    'pids.max max',
  ]);
  expect(written(V2, before, asked)).toEqual(['memory.swap.max max', 'memory.max max', 'pids.max max', 'cpu.max max']);
});

test('on v2 a controller that was not needed is handed down first', () => {
  const asked = { cpu: { shares: 300 }, pids: { limit: 9 } };
  const target = { id: 'x', cgroupsPath: '/up/x', memorySwapBytes: 0 };
  const paths = (facts: HostFacts) =>
    planUpdate({ before: {}, asked, after: asked }, target, facts).map((op) =>
      op.op === 'write' ? `${op.path} ${new TextDecoder().decode(op.data)}` : op.op,
    );
  expect(paths(V2)).toEqual([
    '/sys/fs/cgroup/cgroup.subtree_control +cpu +pids',
    '/sys/fs/cgroup/up/cgroup.subtree_control +cpu +pids',
    '/sys/fs/cgroup/up/x/cpu.weight 12',
    '/sys/fs/cgroup/up/x/pids.max 9',
  ]);
  expect(paths(HYBRID)).toEqual([
    '/sys/fs/cgroup/cpu,cpuacct/up/x/cpu.shares 300',
    '/sys/fs/cgroup/pids/up/x/pids.max 9',
  ]);
});

test('lists and maps are asked for as a whole', () => {
  const before = { unified: { 'memory.high': '5' }, hugepageLimits: [{ pageSize: '2MB', limit: 0 }] };
  const asked = { unified: { 'memory.high': '9' }, hugepageLimits: [{ pageSize: '2MB', limit: 2 * MIB }] };
  expect(written(V2, before, asked)).toEqual([`hugetlb.2MB.max ${2 * MIB}`, 'memory.high 9']);
});
