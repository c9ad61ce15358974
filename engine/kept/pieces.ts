import type { Op, Plan } from '../../plan/ops.ts';
import { encodeOps, joinPlan } from '../../plan/wire.ts';

/** Parts of a plan that each start computes anew: they depend on its name, and on the addresses that it gets. */
export const NETWORK_PARTS = ['etc', 'host', 'child', 'cleanup'] as const;
const FRESH_PARTS = ['name', ...NETWORK_PARTS] as const;
export type FreshPart = (typeof FRESH_PARTS)[number];

/** A stretch of a plan: operations that stay as they are, encoded and in base64, or the place of a fresh part. */
export type Piece = { readonly ops: string; readonly count: number } | FreshPart;

/** Cuts a plan where it depends on addresses. */
export function cutPlan(plan: Plan, fresh: ReadonlyMap<Op, FreshPart>): Piece[] {
  const pieces: Piece[] = [];
  let kept: Op[] = [];
  const finish = () => {
    if (kept.length > 0) pieces.push({ ops: encodeOps(kept).toBase64(), count: kept.length });
    kept = [];
  };
  for (const op of plan) {
    const part = fresh.get(op);
    if (part === undefined) kept.push(op);
    else {
      finish();
      if (pieces.at(-1) !== part) pieces.push(part);
    }
  }
  finish();
  return pieces;
}

/** The plan as the executor reads it, from its pieces after `change`, a character a byte, and its fresh parts. */
export function joinPieces(
  pieces: readonly Piece[],
  change: (text: string) => string,
  fresh: Readonly<Partial<Record<FreshPart, Plan>>>,
): Uint8Array {
  const parts: Uint8Array[] = [];
  let count = 0;
  for (const piece of pieces) {
    if (typeof piece === 'string') {
      const ops = fresh[piece] ?? [];
      parts.push(encodeOps(ops));
      count += ops.length;
    } else {
      parts.push(Buffer.from(change(Buffer.from(piece.ops, 'base64').toString('latin1')), 'latin1'));
      count += piece.count;
    }
  }
  return joinPlan(parts, count);
}
