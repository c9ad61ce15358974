import type { Op, Plan } from '../../plan/ops.ts';
import type { ContainerConfig, RootfsSource } from '../config.ts';
import { nameClaim } from '../records/paths.ts';
import type { World } from '../world.ts';
import { readKept, type Kept, type KeptForeground } from './kept-file.ts';
import { joinPieces, type FreshPart, type Piece } from './pieces.ts';
import { runInputs } from './run-inputs.ts';

/**
 * What a `run` came to, for when the same words come again: docs/decisions/0006-a-run-that-repeats-is-kept.md.
 * A plan is data, and it depends on nothing but the words, a few facts, and what only this container has: its id, its
 * name, the time.
 */
export interface KeptRun extends Kept {
  readonly inputs: string;
  readonly rootfs: RootfsSource;
  /** Of the container that was run then. */
  readonly id: string;
  /** Its config, as JSON. */
  readonly config: string;
  /** What stands for the beginning of the start record in the plan. */
  readonly startPrefix: string;
  readonly foreground: KeptForeground;
  /** What gives its name free in the end, where that is in the plan. */
  readonly named: Plan;
  readonly plan: readonly Piece[];
}

/** The run that these words, without a name, came to before, if it would come to the same now. */
export function findKeptRun(world: World, words: readonly string[]): KeptRun | undefined {
  const kept = readKept<KeptRun>(world, 'run', words);
  return kept?.inputs === (kept && runInputs(world, kept.rootfs)) ? kept : undefined;
}

/** What one container has for itself, in its plan. */
export interface Own {
  readonly id: string;
  readonly name: string;
  readonly startPrefix: string;
}

const SHORT_ID = 12;

/** A plan's bytes for another container: all that differs in what was kept is as long as before. */
export function planFor(
  world: World,
  { plan, id, startPrefix, named }: KeptRun,
  own: Own,
  fresh: Readonly<Partial<Record<FreshPart, Plan>>> = {},
): Uint8Array {
  const change = (text: string): string => withId(text, id, own.id).replace(startPrefix, own.startPrefix);
  const name = named.map((op): Op => Object.assign({}, op, { path: nameClaim(world, own.name) }));
  return joinPieces(plan, change, { ...fresh, name });
}

/** The config for another container. */
export function configFor(
  { config, id }: KeptRun,
  own: Pick<ContainerConfig, 'id' | 'name' | 'created'>,
): ContainerConfig {
  return { ...(JSON.parse(withId(config, id, own.id)) as ContainerConfig), ...own };
}

/** The host name of who is given none is the start of the id. */
function withId(text: string, from: string, to: string): string {
  return text.replaceAll(from, to).replaceAll(from.slice(0, SHORT_ID), to.slice(0, SHORT_ID));
}
