import type { Op } from '../ops.ts';
import { signalName } from '../../abi/signal.ts';

/** prctl(2) options a plan may use: <linux/prctl.h>. */
export const PR_SET_PDEATHSIG = 1;
const PR_SET_DUMPABLE = 4;
export const PR_SET_KEEPCAPS = 8;
const PR_SET_NAME = 15;
export const PR_SET_SECUREBITS = 28;
const PR_SET_CHILD_SUBREAPER = 36;
export const PR_SET_NO_NEW_PRIVS = 38;

const NAMES: Readonly<Record<number, string>> = {
  [PR_SET_PDEATHSIG]: 'PR_SET_PDEATHSIG',
  [PR_SET_DUMPABLE]: 'PR_SET_DUMPABLE',
  [PR_SET_KEEPCAPS]: 'PR_SET_KEEPCAPS',
  [PR_SET_NAME]: 'PR_SET_NAME',
  [PR_SET_SECUREBITS]: 'PR_SET_SECUREBITS',
  [PR_SET_CHILD_SUBREAPER]: 'PR_SET_CHILD_SUBREAPER',
  [PR_SET_NO_NEW_PRIVS]: 'PR_SET_NO_NEW_PRIVS',
};

/** `PR_SET_NO_NEW_PRIVS 1`: the option by name, and its arguments up to the last that is not zero. */
export function describePrctl(op: Op<'prctl'>): string {
  const name = NAMES[Number(op.option)] ?? `option ${op.option}`;
  if (Number(op.option) === PR_SET_PDEATHSIG) return `${name} ${signalName(Number(op.arg2))}`;
  const args = [op.arg2, op.arg3, op.arg4, op.arg5];
  const last = args.findLastIndex((arg) => BigInt(arg) !== 0n);
  return [name, ...args.slice(0, Math.max(last, 0) + 1).map(String)].join(' ');
}
