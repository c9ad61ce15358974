import type { Op, Plan } from '../../plan/ops.ts';
import { encodePlan, MAGIC } from '../../plan/wire.ts';
import { cutOut, type Own, type Piece } from './blanks.ts';

const U32 = 4;
const OP_HEAD_BYTES = 3 * U32;

/** A plan as the executor reads it, cut where `ownsOf` says that an operation has something of one container's own. */
export function planPieces(plan: Plan, ownsOf: (op: Op) => readonly Own[]): Piece[] {
  const bytes = encodePlan(plan);
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  let at = MAGIC.length + U32;
  const pieces: Piece[] = [bytes.subarray(0, at)];
  for (const op of plan) {
    const owns = ownsOf(op);
    pieces.push(bytes.subarray(at, at + OP_HEAD_BYTES));
    let args = view.getUint32(at + 2 * U32, true);
    at += OP_HEAD_BYTES;
    for (; args > 0; args--) {
      const begin = at + U32;
      const end = begin + view.getUint32(at, true);
      const cut = cutOut(bytes.subarray(begin, end), owns);
      pieces.push(...(cut.length === 1 ? [bytes.subarray(at, end)] : ['(', ...cut, ')']));
      // Its NUL.
      at = end + 1;
      pieces.push(bytes.subarray(end, at));
    }
  }
  return pieces;
}
