import { expect, test } from 'bun:test';
import { HYBRID, V1, V2 } from '../../tests/golden/facts.ts';
import { CONTEXT, DEFAULT_SPEC } from '../../tests/golden/specs.ts';
import type { HostFacts } from '../facts.ts';
import { planLeave } from '../leave.ts';
import type { Plan } from '../ops.ts';
import { launchRequest } from '../request.ts';
import { removeCgroups } from './index.ts';
import { cgroupLayout } from './layout.ts';

const kills = (plan: Plan) =>
  plan.flatMap((op) => (op.op === 'write' || op.op === 'kill_cgroup' ? [`${op.op} ${op.path}`] : []));
const atTheEnd = (facts: HostFacts, ownPidNamespace = false) =>
  kills(removeCgroups(cgroupLayout(launchRequest(DEFAULT_SPEC, CONTEXT, facts)), ownPidNamespace));

test('what outlives PID 1 is killed by the kernel on v2, and one by one, thawed, without it', () => {
  const unified = ['write /sys/fs/cgroup/unified/limpid/limpid-lab/cgroup.kill'];
  const freezer = '/sys/fs/cgroup/freezer/limpid/limpid-lab';
  const oneByOne = [`write ${freezer}/freezer.state`, `kill_cgroup ${freezer}`];
  expect(atTheEnd(HYBRID)).toEqual(unified);
  expect(atTheEnd(V2)).toEqual(['write /sys/fs/cgroup/limpid/limpid-lab/cgroup.kill']);
  expect(atTheEnd(V1)).toEqual(oneByOne);
  const leave = (facts: HostFacts) =>
    kills(planLeave({ mounts: [], cgroupsPath: '/limpid/limpid-lab', remove: [] }, facts));
  expect(leave(V1)).toEqual(oneByOne);
  expect(leave(HYBRID)).toEqual(unified);
});

test('nothing outlives PID 1 of a pid namespace', () => {
  expect([HYBRID, V1, V2].map((facts) => atTheEnd(facts, true))).toEqual([[], [], []]);
});
