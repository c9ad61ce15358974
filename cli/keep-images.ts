import type { AgeOf } from '../base/duration.ts';
import { blankAge } from '../engine/kept/blank-age.ts';
import { wasTold } from '../engine/kept/told-before.ts';
import type { World } from '../engine/world.ts';

/** A table as `images` has shown it, before it is laid out. */
export interface ShownImages {
  readonly words: readonly string[];
  readonly askedMs: number;
  readonly linesWith: (ageOf: AgeOf) => readonly (readonly string[])[];
}

/** Keeps a table for when the same words come again, and no image has come, gone or been named. */
export async function keepImages(world: World, { words, askedMs, linesWith }: ShownImages): Promise<void> {
  const lines = linesWith(blankAge);
  if (!wasTold(world, 'images', words, lines.join('\n'))) return;
  // Nothing in it is made printable when it is told again.
  if (/[^ -~]/.test(linesWith(() => '').join(''))) return;
  const [{ imageFacts }, { keepAnswer }] = await Promise.all([
    import('../engine/kept/image-facts.ts'),
    import('../engine/kept/keep-answer.ts'),
  ]);
  const facts = imageFacts(world, askedMs);
  if (facts !== undefined) keepAnswer(world, 'images', words, { facts, lines });
}
