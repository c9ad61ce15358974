import {
  andConstant,
  jumpAlways,
  jumpIf,
  loadWord,
  returnConstant,
  type BpfComparison,
  type BpfInstruction,
} from './instruction.ts';

/** A place in a program that is written from its end: the number of instructions behind it. */
export type Label = number;

const FARTHEST = 255;

/**
 * Writes a program from its last instruction to its first, so that every jump's target is known when the
 * jump is written. A conditional jump reaches 255 instructions; farther targets get a stepping stone.
 */
export class BackwardAssembler {
  readonly #reversed: BpfInstruction[] = [];
  readonly #returns = new Map<number, Label>();

  /** A place that answers `k`, shared with others in reach. */
  return(k: number): Label {
    const existing = this.#returns.get(k);
    if (existing !== undefined && this.#distance(existing) < FARTHEST) return existing;
    const label = this.#push(returnConstant(k));
    this.#returns.set(k, label);
    return label;
  }

  /** Compares the accumulator with `k`. */
  branch(comparison: BpfComparison, k: number, onTrue: Label, onFalse: Label): Label {
    if (onTrue === onFalse) return onTrue;
    // A stepping stone for `onFalse` puts one more instruction before `onTrue`.
    const near = this.#inReach(onTrue, 1);
    const far = this.#inReach(onFalse, 0);
    return this.#push(jumpIf(comparison, k, this.#distance(near), this.#distance(far)));
  }

  /** Loads a word of struct seccomp_data and goes on at `next`. */
  load(offset: number, next: Label): Label {
    this.#continueAt(next);
    return this.#push(loadWord(offset));
  }

  /** Masks the accumulator and goes on at `next`. */
  and(mask: number, next: Label): Label {
    this.#continueAt(next);
    return this.#push(andConstant(mask));
  }

  /** The program, with `entry` as its first instruction. */
  finish(entry: Label): BpfInstruction[] {
    this.#continueAt(entry);
    return this.#reversed.toReversed();
  }

  #inReach(label: Label, spare: number): Label {
    if (this.#distance(label) + spare <= FARTHEST) return label;
    const target = this.#reversed[label]!;
    const again = returnConstant(target.k);
    if (target.code !== again.code) return this.#push(jumpAlways(this.#distance(label)));
    return this.return(target.k);
  }

  #continueAt(next: Label): void {
    const distance = this.#distance(next);
    if (distance > 0) this.#push(jumpAlways(distance));
  }

  /** How many instructions lie between the one that is written next and a label. */
  #distance(label: Label): number {
    return this.#reversed.length - 1 - label;
  }

  #push(instruction: BpfInstruction): Label {
    return this.#reversed.push(instruction) - 1;
  }
}
