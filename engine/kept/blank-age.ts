import type { AgeOf } from '../../base/duration.ts';

export const AGE_MARK = '\x01';

/** Stands for an age in a cell of an answer, at most once: by the time it is told again, it is another. */
export const blankAge: AgeOf = (sinceMs) => `${AGE_MARK}${sinceMs}${AGE_MARK}`;
