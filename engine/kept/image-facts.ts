import { indexPath } from '../../store/images/index-file.ts';
import type { World } from '../world.ts';
import { pathFact, type Fact } from './facts.ts';
import { stillFact } from './still-fact.ts';

/** What the list of images depends on that was read at `askedMs`: one file, which each change replaces. */
export function imageFacts(world: World, askedMs: number): Fact[] | undefined {
  const index = stillFact(indexPath(world), askedMs);
  return index && [pathFact(process.execPath), index];
}
