import { CLONE_NEWUSER } from '../../abi/flags/clone.ts';
import type { Op } from '../ops.ts';
import { NONE, SLOT } from '../slots.ts';
import { commandsFor } from './commands.ts';
import type { Step } from './place.ts';

/** A directory that everyone may enter: the way to the container's root need not be open to its mapped users. */
const MEETING_PLACE = '/mnt';

/** How a start is divided between the two sides. */
export interface Division {
  /** Commands of the host's side, once it knows the child's pid. */
  readonly first: readonly string[];
  readonly inside: readonly Step[];
}

/**
 * Until its ids are mapped a process in a new user namespace is nobody, to whom mount(8) does not listen: the host's
 * side mounts in its stead what the plan has before that, in the child's mount namespace.
 */
export function divideForUsers(clone: Op<'clone'>, inside: readonly Step[]): Division {
  const gate = inside.findIndex(({ op }) => op.op === 'await');
  if ((BigInt(clone.flags) & BigInt(CLONE_NEWUSER)) === 0n || gate < 0) return { first: [], inside };
  const early = inside.slice(0, gate);
  const root = early.find(({ op }) => op.op === 'open' && op.slot === SLOT.root);
  const moved = early.filter(({ op }) => isMount(op)).map((step) => meeting(step, root?.op as Op<'open'> | undefined));
  const first = moved.flatMap((step) =>
    commandsFor({ ...step, pivoted: false }).map((line) => `nsenter --target "$pid" --mount ${line}`),
  );
  const kept = inside.filter((step, index) => index >= gate || !isMount(step.op));
  return {
    first,
    inside: kept.map((step) => (step === root ? { ...step, op: { ...step.op, path: MEETING_PLACE } as Op } : step)),
  };
}

function isMount(op: Op): boolean {
  return (op.op === 'mount' || op.op === 'bind' || op.op === 'mount_setattr') && op.at === NONE;
}

/** Where the plan binds the root on itself, it is bound at the meeting place here: pivot_root(2) does not mind. */
function meeting(step: Step, root: Op<'open'> | undefined): Step {
  const { op } = step;
  if (op.op !== 'bind' || op.source !== root?.path || op.target !== op.source) return step;
  return { ...step, op: { ...op, target: MEETING_PLACE } };
}
