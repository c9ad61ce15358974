import type { AgeOf } from '../base/duration.ts';
import type { ContainerSummary } from '../engine/containers/list.ts';
import { listFacts } from '../engine/kept/answer-facts.ts';
import { blankAge, keepAnswer } from '../engine/kept/keep-answer.ts';
import type { World } from '../engine/world.ts';
import { usualLines } from './print/ps.ts';
import { usualCells, type PsDetails } from './print/ps-row.ts';

/** A table as `ps` has shown it. */
export interface ShownPs {
  readonly words: readonly string[];
  readonly askedMs: number;
  /** All there are, and those that were shown. */
  readonly all: readonly ContainerSummary[];
  readonly shown: readonly ContainerSummary[];
  readonly details: (one: ContainerSummary) => PsDetails;
  readonly noTrunc: boolean;
  readonly noHeading: boolean;
  /** Ids alone. */
  readonly quiet: boolean;
}

/** Keeps a table for when the same words come again, and nothing of it has changed but ages. */
export function keepPs(
  world: World,
  { words, askedMs, all, shown, details, noTrunc, noHeading, quiet }: ShownPs,
): void {
  keepAnswer(world, 'ps', words, () => {
    const facts = listFacts(world, all, askedMs);
    if (facts === undefined) return undefined;
    const rowsWith = (ageOf: AgeOf) => shown.map((one) => usualCells(one, { ageOf, noTrunc }, details(one)));
    // Widths are counted in bytes when it is told again, and nothing in it is made printable.
    if (
      /[^ -~]/.test(
        rowsWith(() => '')
          .flat()
          .join(''),
      )
    )
      return undefined;
    const rows = rowsWith(blankAge);
    return { facts, lines: quiet ? rows.map(([id]) => [id!]) : usualLines(rows, noHeading) };
  });
}
