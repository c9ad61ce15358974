import { wasTold } from '../engine/kept/told-before.ts';
import type { World } from '../engine/world.ts';

/** What `inspect` has told of containers. */
export interface ToldInspect {
  readonly words: readonly string[];
  /** The containers as they were typed. */
  readonly references: readonly string[];
  readonly askedMs: number;
  readonly told: string;
  /** Looks at them again, and tells it. */
  readonly tell: () => Promise<string>;
}

/** Keeps it for when the same words come again, and nothing has changed. */
export async function keepInspect(
  world: World,
  { words, references, askedMs, told, tell }: ToldInspect,
): Promise<void> {
  // On a terminal it may have to be told otherwise than here.
  if (!/^[\n\t -~\u00a0-\u1fff\u2070-\uffff]*$/.test(told)) return;
  if (!wasTold(world, 'inspect', words, told)) return;
  const [{ inspectFacts }, { keepAnswer }] = await Promise.all([
    import('../engine/kept/answer-facts.ts'),
    import('../engine/kept/keep-answer.ts'),
  ]);
  const each = await Promise.all(references.map((reference) => inspectFacts(world, reference, askedMs)));
  const facts = each.flatMap((some) => some ?? []);
  // What it was before the facts were looked at, and is behind them, it was meanwhile.
  if (each.includes(undefined) || !told.endsWith('\n') || told !== (await tell())) return;
  keepAnswer(world, 'inspect', words, { facts, lines: [[told.slice(0, -1)]] });
}
