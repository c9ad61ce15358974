import type { Op } from '../ops.ts';
import { CHILD_PROC, resolvePath, type Slots } from '../describe/slots.ts';
import { SLOT, slotName } from '../slots.ts';
import { quote } from './quote.ts';

/** Where a command of the script runs: what the shell there can name. */
export interface Place {
  readonly op: Op;
  readonly slots: Slots;
  /** Behind pivot_root: `/` is the container's root, and the host's files are reached from the working directory. */
  readonly pivoted: boolean;
}

const PLAIN_PATH = /^[\w%+,./:=@^-]*$/;

/** The shell word for a path of an operation. */
export function pathWord(place: Place, at: number, path: string): string {
  if (at < 0) return quote(path);
  if (at === SLOT.root) return place.pivoted ? quote(below('', path) || '/') : behind('$root', below('', path));
  const base = place.slots.get(at);
  if (base === undefined) throw new RangeError(`slot "${slotName(at)}" holds nothing that a shell could name`);
  if (base === CHILD_PROC) return behind('/proc/$pid', below('', path));
  const resolved = resolvePath(place.slots, at, path)!;
  // The working directory is /usr of the host's root, which is mounted nowhere any more.
  return quote(place.pivoted ? `..${resolved}` : resolved);
}

/** A path behind a shell variable: `"$root/proc"`. */
function behind(variable: string, path: string): string {
  return PLAIN_PATH.test(path) ? `"${variable}${path}"` : `"${variable}"${quote(path)}`;
}

function below(base: string, path: string): string {
  const tail = path.replace(/^\/+/, '');
  return tail === '' || tail === '.' ? base : `${base}/${tail}`;
}
