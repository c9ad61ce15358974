import { CLONE_NEWUSER } from '../../abi/flags/clone.ts';
import type { Op } from '../ops.ts';
import { NONE, SLOT } from '../slots.ts';
import { resolvePath } from '../describe/slots.ts';
import { commandsFor } from './commands.ts';
import { isCgroupJoin } from './host-script.ts';
import type { Step } from './place.ts';
import { quote } from './quote.ts';

/** A directory that everyone may enter: the way to the container's root need not be open to its mapped users. */
const MEETING_PLACE = '/mnt';

/** How a start is divided between the two sides. */
export interface Division {
  /** Commands of the host's side, once it knows the child's pid. */
  readonly first: readonly string[];
  readonly inside: readonly Step[];
}

/**
 * Until it has become root there a process in a new user namespace is nobody, to whom mount(8) does not listen: the
 * host's side mounts in its stead what the plan has before that, in the child's mount namespace.
 */
export function divideForUsers(clone: Op<'clone'>, inside: readonly Step[]): Division {
  const gate = inside.findIndex(({ op }) => op.op === 'await');
  if (gate < 0) return { first: [], inside };
  if (clone.user >= 0) return divideForJoined(inside, gate);
  if ((BigInt(clone.flags) & BigInt(CLONE_NEWUSER)) === 0n) return { first: [], inside };
  const mapped = inside.findIndex(({ op }) => op.op === 'setresuid');
  return mountFromOutside(inside, Math.max(gate, mapped));
}

/**
 * nsenter(1) makes it root of that user namespace at once: files of the host's root in /proc and of cgroups are then
 * the other side's to write to.
 */
function divideForJoined(inside: readonly Step[], gate: number): Division {
  const joins = inside.filter((step) => isCgroupJoin(step));
  const names = inside.filter(({ op }) => op.op === 'sethostname' || op.op === 'setdomainname');
  const rest = inside.filter((step, index) => index !== gate && !joins.includes(step) && !names.includes(step));
  const { first, inside: kept } = mountFromOutside([...rest, inside[gate]!], rest.length);
  const lines = joins.flatMap(({ op, slots }) => {
    const { at, path } = op as Op<'write'>;
    return [`echo "$pid" >${quote(resolvePath(slots, at, path)!)}`];
  });
  const named = names.flatMap((step) =>
    commandsFor({ ...step, pivoted: false }).map((line) => `nsenter --target "$pid" --uts sh -c ${quote(line)}`),
  );
  return { first: [...lines, ...named, ...first], inside: [kept.at(-1)!, ...kept.slice(0, -1)] };
}

/** What is before the step at `until`. */
function mountFromOutside(inside: readonly Step[], until: number): Division {
  const early = inside.slice(0, until);
  const root = early.find(({ op }) => op.op === 'open' && op.slot === SLOT.root);
  const moved = early.filter(({ op }) => isMount(op)).map((step) => meeting(step, root?.op as Op<'open'> | undefined));
  const first = moved.flatMap((step) =>
    commandsFor({ ...step, pivoted: false }).map((line) => `nsenter --target "$pid" --mount ${line}`),
  );
  const kept = inside.filter((step, index) => index >= until || !isMount(step.op));
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
