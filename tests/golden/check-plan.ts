import { OPS, type ArgKind, type Op, type Plan } from '../../plan/ops.ts';

/** What must hold for any plan with one clone; answers each breach as one line. `inherited`: slots filled before the start. */
export function checkPlan(plan: Plan, inherited: readonly number[] = []): string[] {
  return [...slotBreaches(plan, inherited), ...orderBreaches(plan), ...gateBreaches(plan), ...undoBreaches(plan)];
}

const OPENED_BY: Partial<Record<Op['op'], readonly string[]>> = {
  open: ['slot'],
  clone: ['pidfd', 'proc'],
  user_namespace: ['slot'],
};
const CONSUMES_NONE = -1;

/** Each slot is filled before it is used, in the process that uses it, and the child holds none at execve(2). */
function slotBreaches(plan: Plan, inherited: readonly number[]): string[] {
  const breaches: string[] = [];
  const host = new Set(inherited);
  let child = new Set<number>();
  plan.forEach((op, index) => {
    const open = op.stage === 'child' || op.stage === 'init' ? child : host;
    const opened = OPENED_BY[op.op] ?? [];
    for (const [name, slot] of slotArgs(op)) {
      if (slot !== CONSUMES_NONE && !opened.includes(name) && !open.has(slot))
        breaches.push(`${index} ${op.op}: slot ${slot} of "${name}" is empty`);
    }
    if (op.op === 'clone') child = new Set(host);
    for (const [name, slot] of slotArgs(op)) if (opened.includes(name) && slot !== CONSUMES_NONE) open.add(slot);
    if (op.op === 'close') open.delete(op.slot);
    if (op.op === 'exec')
      for (const slot of child)
        if (!inherited.includes(slot)) breaches.push(`${index} exec: slot ${slot} is still open`);
  });
  return breaches;
}

function slotArgs(op: Op): [string, number][] {
  const kinds = Object.entries(OPS[op.op]) as [string, ArgKind][];
  const values = op as unknown as Record<string, number>;
  return kinds.filter(([, kind]) => kind === 'slot').map(([name]) => [name, values[name]!]);
}

function orderBreaches(plan: Plan): string[] {
  const breaches: string[] = [];
  const positions = (name: Op['op']) => plan.flatMap((op, index) => (op.op === name ? [index] : []));
  for (const name of ['clone', 'exec', 'supervise'] as const) {
    if (positions(name).length !== 1) breaches.push(`"${name}" occurs ${positions(name).length} times`);
  }
  const last = (...stages: Op['stage'][]) => plan.findLast(({ stage }) => stages.includes(stage))?.op;
  if (last('child', 'init') !== 'exec') breaches.push('the child does not end with exec');
  if (last('host') !== 'supervise') breaches.push('the host does not end with supervise');
  const [clone = 0] = positions('clone');
  let reached = 0;
  plan.forEach(({ op, stage, because }, index) => {
    if (because === '') breaches.push(`${index} ${op}: no reason`);
    const rank = ['child', 'init', 'cleanup'].indexOf(stage);
    if (rank >= 0 && index < clone) breaches.push(`${index} ${op}: ${stage} stage before the clone`);
    if (rank >= 0 && rank < reached) breaches.push(`${index} ${op}: ${stage} stage after a later one`);
    reached = Math.max(reached, rank);
  });
  const pivot = plan.findIndex(({ op }) => op === 'pivot_root');
  const behind = pivot < 0 ? undefined : plan.slice(pivot + 1).find(({ stage }) => stage === 'child');
  if (behind !== undefined) breaches.push(`"${behind.op}" in the child stage behind pivot_root`);
  return breaches;
}

/** Each gate is awaited once by the child and released once by the host, behind the clone. */
function gateBreaches(plan: Plan): string[] {
  const clone = plan.findIndex(({ op }) => op === 'clone');
  const awaited = plan.flatMap((op) => (op.op === 'await' && op.stage === 'child' ? [op.gate] : []));
  const released = plan.slice(clone).flatMap((op) => (op.op === 'release' && op.stage === 'host' ? [op.gate] : []));
  return awaited.join() === released.join() && new Set(awaited).size === awaited.length
    ? []
    : [`gates awaited: ${awaited.join()}; released: ${released.join()}`];
}

/** What the host stage makes for this container alone has its clean-up. */
function undoBreaches(plan: Plan): string[] {
  const undone = new Set(plan.flatMap((op) => (op.stage === 'cleanup' && 'path' in op ? [`${op.op} ${op.path}`] : [])));
  const needed = plan.flatMap((op) => {
    if (op.stage !== 'host') return [];
    if (op.op === 'mkdir' && !op.existOk) return [`remove_cgroup ${op.path}`];
    return op.op === 'mount' || op.op === 'bind' ? [`umount ${op.target}`] : [];
  });
  // A umount takes what is mounted below along.
  const isUndone = (undo: string): boolean =>
    [...undone].some((done) => undo === done || (done.startsWith('umount ') && undo.startsWith(`${done}/`)));
  return needed.filter((undo) => !isUndone(undo)).map((undo) => `no clean-up "${undo}"`);
}
