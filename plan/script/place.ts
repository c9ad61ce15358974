import type { Op } from '../ops.ts';
import { CHILD_PROC, resolvePath, type Slots } from '../describe/slots.ts';
import { SLOT, slotName } from '../slots.ts';
import { quote, quoteWithId } from './quote.ts';

/** An operation of a plan with what the descriptor slots hold as it runs. */
export interface Step {
  readonly op: Op;
  readonly slots: Slots;
  /** The container's id, which the script keeps in `$id`. */
  readonly id: string | undefined;
}

/** Where a command of the script runs: what the shell there can name. */
export interface Place extends Step {
  /** Behind pivot_root: `/` is the container's root, and the host's files are reached from the working directory. */
  readonly pivoted: boolean;
}

const PLAIN_PATH = /^[\w%+,./:=@^-]*$/;

/** The shell word for a path of an operation. */
export function pathWord(place: Place, at: number, path: string): string {
  if (at < 0) return quoteWithId(path, place.id);
  if (at === SLOT.root) return place.pivoted ? quote(below('', path) || '/') : belowRoot(below('', path));
  const base = place.slots.get(at);
  if (base === undefined) throw new RangeError(`slot "${slotName(at)}" holds nothing that a shell could name`);
  if (base === CHILD_PROC) return behind('/proc/$pid', below('', path));
  const resolved = resolvePath(place.slots, at, path)!;
  // The working directory is /usr of the host's root, which is mounted nowhere any more.
  return quoteWithId(place.pivoted ? `..${resolved}` : resolved, place.id);
}

/** These are mount points that the plan itself makes; elsewhere an image may have links that lead out of its root. */
const OWN_TREES = /^(\/(proc|dev|sys)(\/|$)|$)/;

function belowRoot(path: string): string {
  return OWN_TREES.test(path) ? behind('$root', path) : `"$(within ${quote(path)})"`;
}

/** A path behind a shell variable: `"$root/proc"`. */
function behind(variable: string, path: string): string {
  return PLAIN_PATH.test(path) ? `"${variable}${path}"` : `"${variable}"${quote(path)}`;
}

function below(base: string, path: string): string {
  const tail = path.replace(/^\/+/, '');
  return tail === '' || tail === '.' ? base : `${base}/${tail}`;
}
