import type { Op, Plan } from '../ops.ts';

/**
 * What descriptor slots hold: host paths, `undefined` for one without (a pidfd), and for a user namespace that the
 * plan makes its maps, as mount(8) takes them for X-mount.idmap: `u:0:100000:65536 g:0:100000:65536`.
 */
export type Slots = ReadonlyMap<number, string | undefined>;

/** Stands for the container's process id, which no plan knows: `/proc/PID` is what clone's `proc` slot opens. */
export const CHILD_PROC = '/proc/PID';

/**
 * For each operation of a plan the meaning of all slots as it runs, its own new ones included. The executor and
 * the cloned process have a table each: the second starts as a copy of the first at `clone`.
 */
export function traceSlots(plan: Plan): readonly Slots[] {
  let host: Slots = new Map();
  let child: Slots = new Map();
  return plan.map((op) => {
    const inside = op.stage === 'child' || op.stage === 'init';
    const during = enter(inside ? child : host, op);
    const after = op.op === 'close' ? without(during, op.slot) : during;
    if (op.op === 'clone') child = host;
    if (inside) child = after;
    else host = after;
    return during;
  });
}

/** The path that `path` below slot `at` is, as far as text can tell; symlinks are the kernel's business. */
export function resolvePath(slots: Slots, at: number, path: string): string | undefined {
  if (at < 0) return path;
  const base = slots.get(at);
  if (base === undefined) return undefined;
  const below = path.replace(/^\/+/, '');
  return below === '' || below === '.' ? base : `${base.replace(/\/+$/, '')}/${below}`;
}

function enter(slots: Slots, op: Op): Slots {
  if (op.op === 'open') return holding(slots, op.slot, resolvePath(slots, op.at, op.path));
  if (op.op === 'user_namespace')
    return holding(slots, op.slot, `${mapWords('u', op.uidMap)} ${mapWords('g', op.gidMap)}`);
  if (op.op !== 'clone') return slots;
  return holding(holding(slots, op.pidfd, undefined), op.proc, CHILD_PROC);
}

function mapWords(type: 'u' | 'g', map: string): string {
  const lines = map.trim().split('\n');
  return lines.map((line) => [type, ...line.trim().split(/\s+/)].join(':')).join(' ');
}

function holding(slots: Slots, slot: number, path: string | undefined): Slots {
  return slot < 0 ? slots : new Map([...slots, [slot, path]]);
}

function without(slots: Slots, slot: number): Slots {
  return new Map([...slots].filter(([other]) => other !== slot));
}
