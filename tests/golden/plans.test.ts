import { describe, expect, test } from 'bun:test';
import { decodePlan } from '../../plan/decode.ts';
import { describePlan } from '../../plan/describe.ts';
import { planEnter, type EnterContext } from '../../plan/enter.ts';
import type { HostFacts } from '../../plan/facts.ts';
import { planLaunch } from '../../plan/launch.ts';
import { planLeave } from '../../plan/leave.ts';
import type { Plan } from '../../plan/ops.ts';
import { SLOT } from '../../plan/slots.ts';
import { encodePlan } from '../../plan/wire.ts';
import { checkPlan } from './check-plan.ts';
import { HYBRID, V1, V2 } from './facts.ts';
import { sideBySide } from './side-by-side.ts';
import { CASES, CONTEXT, DEFAULT_SPEC } from './specs.ts';

/** The text of `plans/NAME.txt`: `1` marks what only the hybrid host gets, `2` what only the one with cgroup v2 does. */
async function expectGolden(name: string, onHybrid: Plan, onV2: Plan): Promise<void> {
  const lines = (plan: Plan) =>
    describePlan(plan)
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/ {2,}/g, '  '));
  const text = sideBySide(lines(onHybrid), lines(onV2), ['1', '2']);
  const file = Bun.file(new URL(`plans/${name}.txt`, import.meta.url));
  if (process.env.LIMPID_UPDATE_GOLDEN === '1') await file.write(text);
  expect(text).toBe(await file.text());
}

const launch = (name: string, facts: HostFacts): Plan => {
  const { spec, context } = CASES[name]!;
  return planLaunch(spec, { ...CONTEXT, ...context }, facts);
};

describe.each(Object.keys(CASES))('launch plan "%s"', (name) => {
  test('reads as written in plans/', async () => {
    await expectGolden(name, launch(name, HYBRID), launch(name, V2));
  });

  test.each([
    ['hybrid', HYBRID],
    ['v1', V1],
    ['v2', V2],
  ] as const)('breaks no rule on %s', (_, facts) => {
    expect(checkPlan(launch(name, facts), [SLOT.lock])).toEqual([]);
  });

  test('survives the wire', () => {
    const plan = launch(name, HYBRID);
    expect(describePlan(decodePlan(encodePlan(plan)))).toBe(describePlan(plan.map((op) => ({ ...op, because: '' }))));
  });
});

describe('enter plan', () => {
  const context: EnterContext = {
    id: 'lab',
    stdin: true,
    because: { 'process.args': 'the command line' },
    target: {
      namespaces: ['user', 'pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'time'],
      cgroup: { v1: ['/sys/fs/cgroup/memory/limpid/limpid-lab'], unified: '/sys/fs/cgroup/unified/limpid/limpid-lab' },
    },
  };
  const onV2 = {
    ...context,
    target: { ...context.target, cgroup: { v1: [], unified: '/sys/fs/cgroup/limpid/limpid-lab' } },
  };
  const process = { ...DEFAULT_SPEC.process, terminal: true };

  test('reads as written in plans/', async () => {
    await expectGolden('enter', planEnter(process, context, HYBRID), planEnter(process, onV2, V2));
  });

  test('breaks no rule, with and without records', () => {
    expect(checkPlan(planEnter(process, context, HYBRID), [SLOT.target])).toEqual([]);
    const recorded = { ...onV2, supervision: CONTEXT.supervision };
    expect(checkPlan(planEnter({ ...process, oomScoreAdj: 1 }, recorded, V2), [SLOT.target])).toEqual([]);
  });
});

test('leave plan reads as written in plans/', async () => {
  const leavings = {
    mounts: ['/var/lib/limpid/containers/lab/merged'],
    cgroupsPath: '/limpid/limpid-lab',
    remove: ['/run/limpid/lab'],
  };
  await expectGolden('leave', planLeave(leavings, HYBRID), planLeave(leavings, V2));
});
