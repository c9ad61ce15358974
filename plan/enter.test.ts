import { expect, test } from 'bun:test';
import { CLONE_FLAG, CLONE_INTO_CGROUP } from '../abi/flags/clone.ts';
import { HYBRID, V1, V2 } from '../tests/golden/facts.ts';
import { CONTEXT, DEFAULT_SPEC } from '../tests/golden/specs.ts';
import { planEnter, type EnterContext } from './enter.ts';
import { NONE, SLOT } from './slots.ts';

const V1_CGROUP = { v1: ['/sys/fs/cgroup/memory/limpid/limpid-lab'] };
const target: EnterContext['target'] = { namespaces: ['mount', 'uts'], cgroup: V1_CGROUP };
const context: EnterContext = { id: 'lab', stdin: true, because: {}, target };
const process = { ...DEFAULT_SPEC.process, terminal: false };
const names = (plan: ReturnType<typeof planEnter>): string[] => plan.map(({ op }) => op);
const setns = (namespaces: EnterContext['target']['namespaces']) =>
  planEnter(process, { ...context, target: { namespaces, cgroup: V1_CGROUP } }, V1).flatMap((op) =>
    op.op === 'setns' ? [[op.stage, op.flags]] : [],
  );

test('only namespaces that are not the caller’s are joined, that of pids before the clone', () => {
  expect(setns(['mount', 'uts'])).toEqual([['child', CLONE_FLAG.mount | CLONE_FLAG.uts]]);
  expect(setns(['pid', 'mount'])).toEqual([
    ['host', CLONE_FLAG.pid],
    ['child', CLONE_FLAG.mount],
  ]);
  expect(setns(['pid'])).toEqual([['host', CLONE_FLAG.pid]]);
  expect(setns([])).toEqual([]);
});

test('it is root of a user namespace that it joins, and of no other', () => {
  const plain = names(planEnter(process, context, V1));
  const inUser = planEnter(process, { ...context, target: { ...target, namespaces: ['user', 'mount'] } }, V1);
  const joined = names(inUser);
  const at = joined.lastIndexOf('setns') + 1;
  expect(joined.toSpliced(at, joined.length - plain.length)).toEqual(plain);
  expect(inUser.slice(at, at + joined.length - plain.length)).toMatchObject([
    { op: 'setresgid', stage: 'init', gid: 0 },
    { op: 'setresuid', stage: 'init', uid: 0 },
  ]);
});

test('it is born in the cgroup where the kernel can do that', () => {
  const clone = (cgroup: EnterContext['target']['cgroup'], facts = V2) =>
    planEnter(process, { ...context, target: { ...target, cgroup } }, facts).find(({ op }) => op === 'clone');
  expect(clone(V1_CGROUP, V1)).toMatchObject({ flags: 0n, cgroup: NONE, proc: NONE });
  const unified = { v1: [], unified: '/sys/fs/cgroup/limpid/limpid-lab' };
  expect(clone(unified)).toMatchObject({ flags: CLONE_INTO_CGROUP, cgroup: SLOT.cgroup });
});

test('what is open besides its streams is closed before it becomes the process', () => {
  const closed = (one: EnterContext, facts = HYBRID) => {
    const plan = planEnter({ ...process, terminal: true, oomScoreAdj: 1 }, one, facts);
    const until = plan.findIndex(({ op }) => op === 'keyctl_join');
    return plan.slice(0, until).flatMap((op) => (op.op === 'close' ? [op.slot] : []));
  };
  const unified = { ...V1_CGROUP, unified: '/sys/fs/cgroup/unified/limpid/limpid-lab' };
  expect(closed(context)).toEqual([SLOT.root]);
  expect(closed({ ...context, target: { ...target, cgroup: unified } })).toEqual([SLOT.cgroup, SLOT.root]);
});

test('what is recorded is recorded before the process goes on; what is to be done afterwards comes last', () => {
  const plan = planEnter(
    process,
    {
      ...context,
      supervision: CONTEXT.supervision!,
      removeAfterwards: ['/run/x'],
      afterwards: { path: '/bin/a', argv: ['a'] },
    },
    V1,
  );
  const order = names(plan);
  const settled = order.filter((op) => ['clone', 'record_start', 'release', 'await', 'setns', 'exec'].includes(op));
  expect(settled).toEqual(['clone', 'record_start', 'release', 'await', 'setns', 'exec']);
  expect(order.slice(order.indexOf('supervise'))).toEqual(['supervise', 'remove', 'spawn']);
});
