import { listContainers } from '../../runtime/list.ts';
import type { RuntimeWorld } from '../../runtime/runtime-world.ts';
import { optionError } from '../parse/option-error.ts';

/** The id itself, or with `--regex` all that it matches. */
export function chosenIds(world: RuntimeWorld, word: string, regex: boolean): string[] {
  if (!regex) return [word];
  const pattern = patternOf(word);
  return listContainers(world).flatMap(({ id }) => (pattern.test(id) ? [id] : []));
}

function patternOf(word: string): RegExp {
  try {
    return new RegExp(word);
  } catch (cause) {
    throw optionError(JSON.stringify(word), `it is no regular expression: ${(cause as Error).message}`);
  }
}
