import { describe, expect, test } from 'bun:test';
import type { Op, Plan } from '../../plan/ops.ts';
import { planLaunch } from '../../plan/launch.ts';
import { SLOT } from '../../plan/slots.ts';
import { checkPlan } from './check-plan.ts';
import { V2 } from './facts.ts';
import { CONTEXT, DEFAULT_SPEC } from './specs.ts';

const plan = planLaunch(DEFAULT_SPEC, CONTEXT, V2);
const breaches = (changed: Plan) => checkPlan(changed, [SLOT.lock]).map((breach) => breach.replace(/^\d+ /, ''));
const without = (dropped: (op: Op) => boolean) => breaches(plan.filter((op) => !dropped(op)));

describe('checkPlan finds', () => {
  test('nothing in a good plan', () => expect(breaches(plan)).toEqual([]));

  test('a slot that is used and not filled', () => {
    expect(without((op) => op.op === 'open' && op.slot === SLOT.root)).toContain('mount: slot 0 of "at" is empty');
    expect(without((op) => op.op === 'open' && op.slot === SLOT.nullDevice)).toContain(
      'mask: slot 5 of "file" is empty',
    );
  });

  test('a slot that the child still holds', () => {
    expect(without((op) => op.op === 'close' && op.slot === SLOT.root)).toEqual(['exec: slot 0 is still open']);
  });

  test('a gate that nobody opens, or nobody waits at', () => {
    expect(without(({ op }) => op === 'release')).toEqual(['gates awaited: 0; released: ']);
    expect(without(({ op }) => op === 'await')).toEqual(['gates awaited: ; released: 0']);
  });

  test('a missing end', () => {
    expect(without(({ op }) => op === 'supervise')).toEqual([
      '"supervise" occurs 0 times',
      'the host does not end with supervise',
    ]);
    expect(without(({ op }) => op === 'exec')).toEqual(['"exec" occurs 0 times', 'the child does not end with exec']);
  });

  test('a clean-up that is missing', () => {
    expect(without(({ op }) => op === 'umount')).toEqual([`no clean-up "umount ${DEFAULT_SPEC.root.path}"`]);
    expect(without(({ op }) => op === 'remove_cgroup')).toEqual([
      'no clean-up "remove_cgroup /sys/fs/cgroup/limpid/limpid-lab"',
    ]);
  });

  test('an operation of the child behind pivot_root, and one without a reason', () => {
    const pivot = plan.findIndex(({ op }) => op === 'pivot_root');
    const late: Op = { op: 'setsid', stage: 'child', because: '' };
    expect(breaches(plan.toSpliced(pivot + 1, 0, late))).toEqual([
      'setsid: no reason',
      '"setsid" in the child stage behind pivot_root',
    ]);
    expect(breaches(plan.toSpliced(pivot + 2, 0, { ...late, because: 'x' }))).toContain(
      'setsid: child stage after a later one',
    );
  });
});
