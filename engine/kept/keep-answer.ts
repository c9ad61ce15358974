import { AGE_STEPS } from '../../base/duration.ts';
import { PODMAN_TABLE } from '../../base/table.ts';
import type { World } from '../world.ts';
import { AGE_MARK } from './blank-age.ts';
import type { Fact } from './facts.ts';
import { ifPossible, writeKept, type AnsweredKind, type Field } from './kept-file.ts';

/** What a command told that changes nothing: lines of as many cells each, and what they were computed from. */
export interface Answer {
  readonly lines: readonly (readonly string[])[];
  readonly facts: readonly Fact[];
}

/** Keeps what these words were answered: docs/decisions/0017. */
export function keepAnswer(world: World, command: AnsweredKind, words: readonly string[], answer: Answer): void {
  const fields = answerFields(answer);
  if (fields !== undefined) ifPossible(() => writeKept(world, command, words, fields));
}

/** In the order in which native/again_answer.c takes them; `undefined` for what it could not tell apart. */
function answerFields({ lines, facts }: Answer): Field[] | undefined {
  const { minWidth, padding } = PODMAN_TABLE;
  const steps = AGE_STEPS.map(({ below, per = 0, add = 0, words }) => [below, per, add, words]);
  const cells = lines.flat().map(cellFields);
  if (cells.includes(undefined)) return undefined;
  const shape = [minWidth, padding, lines[0]?.length ?? 1, lines.length];
  return [{ facts }, steps.length, ...steps.flat(), ...shape, ...cells.flatMap((cell) => cell!)];
}

function cellFields(cell: string): readonly string[] | undefined {
  const [before = '', since = '', behind = '', ...more] = cell.split(AGE_MARK);
  if (more.length > 0 || cell.includes('\0') || !/^\d*$/.test(since)) return undefined;
  return [before, since, behind];
}
