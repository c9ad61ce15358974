import type { Op, OpName } from '../ops.ts';
import type { Slots } from './slots.ts';

export interface Failure<N extends OpName = OpName> {
  readonly op: Op<N>;
  readonly slots: Slots;
  readonly errno: string;
  readonly call: string;
}

/** What an errno means here, and what to do about it. Without `why` the usual meaning is right. */
export interface Correction {
  readonly why?: string;
  readonly hint?: string;
}
