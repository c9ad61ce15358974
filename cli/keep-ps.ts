import type { AgeOf } from '../base/duration.ts';
import type { ContainerSummary } from '../engine/containers/list.ts';
import { blankAge } from '../engine/kept/blank-age.ts';
import { wasTold } from '../engine/kept/told-before.ts';
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
export async function keepPs(world: World, shownPs: ShownPs): Promise<void> {
  const { words, askedMs, all, shown, details, noTrunc, noHeading, quiet } = shownPs;
  const rowsWith = (ageOf: AgeOf) => shown.map((one) => usualCells(one, { ageOf, noTrunc }, details(one)));
  const rows = rowsWith(blankAge);
  const lines = quiet ? rows.map(([id]) => [id!]) : usualLines(rows, noHeading);
  if (!wasTold(world, 'ps', words, lines.join('\n'))) return;
  // Widths are counted in bytes when it is told again, and nothing in it is made printable.
  const withoutAges = rowsWith(() => '').join('');
  if (/[^ -~]/.test(withoutAges)) return;
  const [{ listFacts }, { keepAnswer }] = await Promise.all([
    import('../engine/kept/answer-facts.ts'),
    import('../engine/kept/keep-answer.ts'),
  ]);
  const facts = listFacts(world, all, askedMs);
  if (facts !== undefined) keepAnswer(world, 'ps', words, { facts, lines });
}
